/** Convolution, forward and backward. */

import { convolved } from "engine/fast.js";
import { Layer } from "engine/layer.js";

/**
 * Slide F kernels of C × k × k over the image; one map per kernel.
 *
 * Forward, for filter f at output row i, column j, with stride S and padding P:
 *
 *     y[f,i,j] = b[f] + Σ_c Σ_u Σ_v W[f,c,u,v] · x[c, i·S+u−P, j·S+v−P]
 *
 * Backward, by the chain rule; each line is the derivative of the one above:
 *
 *     db[f]       = Σ_i Σ_j dy[f,i,j]
 *     dW[f,c,u,v] = Σ_i Σ_j dy[f,i,j] · x[c, i·S+u−P, j·S+v−P]
 *     dx[c,p,q]   = Σ_f Σ_u Σ_v W[f,c,u,v] · dy[f,i,j]   over all i·S+u−P = p, j·S+v−P = q
 */
export class Convolution extends Layer {
  /** Return y, after padding x with zeros; of one image, when not training, the fast way. */
  forward(x, n, { train }) {
    this.x = this.padded(x, n);
    if (n === 1 && !train) return this.fast();
    const y = new Float64Array(n * this.outSize);
    const bias = this.parameters.bias?.value;
    if (bias) {
      const map = this.outShape[1] * this.outShape[2];
      for (let start = 0; start < y.length; start += map) {
        y.fill(bias[(start / map) % bias.length], start, start + map);
      }
    }
    const W = this.parameters.weights.value;
    this.eachTap(n, (weight, rows, columns, yStart, xStart, down, right) => {
      const w = W[weight];
      for (let i = 0; i < rows; i++) {
        const from = xStart + i * down;
        const to = yStart + i * columns;
        for (let j = 0; j < columns; j++) y[to + j] += w * this.x[from + j * right];
      }
    });
    return y;
  }

  /** Return the same sums for one image. */
  fast() {
    const { weights, bias } = this.parameters;
    this.places ??= this.windowPlaces();
    return convolved(this.x, weights.value, bias?.value, this.places.starts, this.places.steps);
  }

  /** Return where each window begins in the padded image, and where a kernel's cells are from there. */
  windowPlaces() {
    const [maps, height, width] = this.paddedShape();
    const [, rows, columns] = this.outShape;
    const { kernel, stride } = this.geometry;
    const starts = new Int32Array(rows * columns);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        starts[i * columns + j] = i * stride[0] * width + j * stride[1];
      }
    }
    const steps = new Int32Array(maps * kernel[0] * kernel[1]);
    for (let c = 0, t = 0; c < maps; c++) {
      for (let u = 0; u < kernel[0]; u++) {
        for (let v = 0; v < kernel[1]; v++, t++) steps[t] = (c * height + u) * width + v;
      }
    }
    return { starts, steps };
  }

  /** Return dx, and overwrite dW and db. */
  backward(dy, n) {
    const { weights, bias } = this.parameters;
    const dW = weights.gradient.fill(0);
    const dx = new Float64Array(this.x.length); // of the padded image, until it is cut
    this.eachTap(n, (weight, rows, columns, yStart, xStart, down, right) => {
      const w = weights.value[weight];
      let sum = 0;
      for (let i = 0; i < rows; i++) {
        const from = xStart + i * down;
        const to = yStart + i * columns;
        for (let j = 0; j < columns; j++) {
          sum += dy[to + j] * this.x[from + j * right];
          dx[from + j * right] += w * dy[to + j];
        }
      }
      dW[weight] += sum;
    });
    if (bias) {
      const map = this.outShape[1] * this.outShape[2];
      bias.gradient.fill(0);
      for (let at = 0; at < dy.length; at++) {
        bias.gradient[Math.floor(at / map) % bias.gradient.length] += dy[at];
      }
    }
    return this.cut(dx, n);
  }

  /** Return the links from the window under the kernel, the zeros around the image included. */
  linksBelow(y) {
    const [maps, height, width] = this.inShape;
    const [, rows, columns] = this.outShape;
    const { kernel, stride, padding } = this.geometry;
    const f = Math.floor(y / (rows * columns));
    const top = Math.floor((y % (rows * columns)) / columns) * stride[0] - padding[0];
    const left = (y % columns) * stride[1] - padding[1];
    const links = [];
    for (let c = 0; c < maps; c++) {
      for (let u = 0; u < kernel[0]; u++) {
        for (let v = 0; v < kernel[1]; v++) {
          const [row, column] = [top + u, left + v];
          const inside = row >= 0 && row < height && column >= 0 && column < width;
          const x = inside ? (c * height + row) * width + column : -1;
          const weight = ((f * maps + c) * kernel[0] + u) * kernel[1] + v;
          links.push({ x, y, weight, factor: this.parameters.weights.value[weight] });
        }
      }
    }
    return links;
  }

  /** Return the links to all outputs whose window covers a pixel. */
  linksAbove(x) {
    const [maps, height, width] = this.inShape;
    const [filters, rows, columns] = this.outShape;
    const { kernel, stride, padding } = this.geometry;
    const c = Math.floor(x / (height * width));
    const row = Math.floor((x % (height * width)) / width) + padding[0];
    const column = (x % width) + padding[1];
    const links = [];
    for (let f = 0; f < filters; f++) {
      for (let u = 0; u < kernel[0]; u++) {
        for (let v = 0; v < kernel[1]; v++) {
          const i = (row - u) / stride[0];
          const j = (column - v) / stride[1];
          if (!Number.isInteger(i) || !Number.isInteger(j)) continue;
          if (i < 0 || i >= rows || j < 0 || j >= columns) continue;
          const y = (f * rows + i) * columns + j;
          const weight = ((f * maps + c) * kernel[0] + u) * kernel[1] + v;
          links.push({ x, y, weight, factor: this.parameters.weights.value[weight] });
        }
      }
    }
    return links;
  }

  /** Return each output that a weight goes into, and the input that it meets there: [{x, y}]. */
  usesOf(weight) {
    const [maps] = this.inShape;
    const [, rows, columns] = this.outShape;
    const { kernel } = this.geometry;
    const f = Math.floor(weight / (maps * kernel[0] * kernel[1]));
    const tap = weight % (maps * kernel[0] * kernel[1]);
    const uses = [];
    for (let place = 0; place < rows * columns; place++) {
      const y = f * rows * columns + place;
      uses.push({ y, x: this.linksBelow(y)[tap].x });
    }
    return uses;
  }

  /** Call back for each weight of each image: where its products begin in y and in the padded x. */
  eachTap(n, visit) {
    const [maps] = this.inShape;
    const [filters, rows, columns] = this.outShape;
    const { kernel, stride } = this.geometry;
    const [, height, width] = this.paddedShape();
    for (let image = 0; image < n; image++) {
      for (let f = 0; f < filters; f++) {
        for (let c = 0; c < maps; c++) {
          for (let u = 0; u < kernel[0]; u++) {
            for (let v = 0; v < kernel[1]; v++) {
              const weight = ((f * maps + c) * kernel[0] + u) * kernel[1] + v;
              const yStart = (image * filters + f) * rows * columns;
              const xStart = ((image * maps + c) * height + u) * width + v;
              visit(weight, rows, columns, yStart, xStart, stride[0] * width, stride[1]);
            }
          }
        }
      }
    }
  }

  /** Return the shape of an image with its padding. */
  paddedShape() {
    const [maps, rows, columns] = this.inShape;
    const [top, left] = this.geometry.padding;
    return [maps, rows + 2 * top, columns + 2 * left];
  }

  /** Return images with zeros around them. */
  padded(x, n) {
    const [maps, rows, columns] = this.inShape;
    const [, height, width] = this.paddedShape();
    const [top, left] = this.geometry.padding;
    if (top === 0 && left === 0) return x;
    const wide = new Float64Array(n * maps * height * width);
    for (let row = 0; row < n * maps * rows; row++) {
      const map = Math.floor(row / rows);
      const start = (map * height + (row % rows) + top) * width + left;
      wide.set(x.subarray(row * columns, (row + 1) * columns), start);
    }
    return wide;
  }

  /** Return padded images without the zeros around them. */
  cut(wide, n) {
    const [maps, rows, columns] = this.inShape;
    const [, height, width] = this.paddedShape();
    const [top, left] = this.geometry.padding;
    if (top === 0 && left === 0) return wide;
    const x = new Float64Array(n * this.inSize);
    for (let row = 0; row < n * maps * rows; row++) {
      const map = Math.floor(row / rows);
      const start = (map * height + (row % rows) + top) * width + left;
      x.set(wide.subarray(start, start + columns), row * columns);
    }
    return x;
  }
}
