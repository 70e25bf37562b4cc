/** Mean pooling and max pooling: fewer pixels, no parameters. */

import { Layer } from "engine/layer.js";

/** One number for each window of each map. */
class Pooling extends Layer {
  /** Call back for each output: its place in y, and where its window begins in x. */
  eachWindow(n, visit) {
    const [maps, height, width] = this.inShape;
    const [, rows, columns] = this.outShape;
    const { stride } = this.geometry;
    for (let map = 0; map < n * maps; map++) {
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) {
          const corner = (map * height + i * stride[0]) * width + j * stride[1];
          visit((map * rows + i) * columns + j, corner);
        }
      }
    }
  }

  /** Return the links from the pixels of the window of an output. */
  linksBelow(y) {
    const [, height, width] = this.inShape;
    const [, rows, columns] = this.outShape;
    const { stride } = this.geometry;
    const map = Math.floor(y / (rows * columns));
    const top = Math.floor((y % (rows * columns)) / columns) * stride[0];
    const corner = (map * height + top) * width + (y % columns) * stride[1];
    return this.cells().map((step) => ({
      x: corner + step,
      y,
      factor: this.share(corner + step, y),
    }));
  }

  /** Return the links to all outputs whose window covers a pixel. */
  linksAbove(x) {
    const [, height, width] = this.inShape;
    const [, rows, columns] = this.outShape;
    const { kernel, stride } = this.geometry;
    const map = Math.floor(x / (height * width));
    const row = Math.floor((x % (height * width)) / width);
    const column = x % width;
    const links = [];
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        const [down, right] = [row - i * stride[0], column - j * stride[1]];
        if (down < 0 || down >= kernel[0] || right < 0 || right >= kernel[1]) continue;
        const y = (map * rows + i) * columns + j;
        links.push({ x, y, factor: this.share(x, y) });
      }
    }
    return links;
  }

  /** Return where each cell of a window is, counted from where the window begins, row by row. */
  cells() {
    const [height, width] = this.geometry.kernel;
    const steps = [];
    for (let u = 0; u < height; u++) {
      for (let v = 0; v < width; v++) steps.push(u * this.inShape[2] + v);
    }
    return steps;
  }
}

/**
 * The mean of each window.
 *
 *     y[i,j] = 1/k² · Σ_u Σ_v x[i·S+u, j·S+v]
 *     dx[i·S+u, j·S+v] += 1/k² · dy[i,j]              the error is spread evenly
 */
export class MeanPooling extends Pooling {
  /** Return ∂y/∂x: 1/k². */
  share() {
    return 1 / (this.geometry.kernel[0] * this.geometry.kernel[1]);
  }

  /** Return the means. */
  forward(x, n) {
    const y = new Float64Array(n * this.outSize);
    const cells = this.cells();
    this.eachWindow(n, (at, corner) => {
      let sum = 0;
      for (const step of cells) sum += x[corner + step];
      y[at] = sum / cells.length;
    });
    return y;
  }

  /** Return dx. */
  backward(dy, n) {
    const dx = new Float64Array(n * this.inSize);
    const cells = this.cells();
    this.eachWindow(n, (at, corner) => {
      for (const step of cells) dx[corner + step] += dy[at] / cells.length;
    });
    return dx;
  }
}

/**
 * The largest value of each window; of equal ones, the first in reading order wins.
 *
 *     y[i,j] = x[i·S+u*, j·S+v*]      with (u*, v*) the winner
 *     dx[i·S+u*, j·S+v*] += dy[i,j]
 */
export class MaxPooling extends Pooling {
  /** Return ∂y/∂x: 1 for the winner of the last `forward`, else 0. */
  share(x, y) {
    return this.winner[y] === x ? 1 : 0;
  }

  /** Return the largest values, and remember where in x they are. */
  forward(x, n) {
    const y = new Float64Array(n * this.outSize);
    this.winner = new Int32Array(n * this.outSize);
    const cells = this.cells();
    this.eachWindow(n, (at, corner) => {
      let best = corner;
      for (const step of cells) {
        if (x[corner + step] > x[best]) best = corner + step;
      }
      this.winner[at] = best;
      y[at] = x[best];
    });
    return y;
  }

  /** Return dx: the error where the winner was, 0 elsewhere. */
  backward(dy, n) {
    const dx = new Float64Array(n * this.inSize);
    for (let at = 0; at < dy.length; at++) dx[this.winner[at]] += dy[at];
    return dx;
  }
}
