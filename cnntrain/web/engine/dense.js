/** The fully connected layer, forward and backward. */

import { Layer } from "engine/layer.js";

/**
 * Connect every input to every unit.
 *
 *     y[j]    = Σ_i W[j,i]·x[i] + b[j]
 *     dW[j,i] = Σ_n dy[j]·x[i]          summed over the images of the batch
 *     db[j]   = Σ_n dy[j]
 *     dx[i]   = Σ_j W[j,i]·dy[j]
 *
 * Maps are unrolled to inputs map by map, row by row.
 */
export class Dense extends Layer {
  /** Return y = W·x + b. */
  forward(x, n) {
    this.x = x;
    const W = this.parameters.weights.value;
    const bias = this.parameters.bias?.value;
    const y = new Float64Array(n * this.outSize);
    for (let image = 0; image < n; image++) {
      const inputs = x.subarray(image * this.inSize, (image + 1) * this.inSize);
      for (let j = 0; j < this.outSize; j++) {
        const row = j * this.inSize;
        let sum = bias ? bias[j] : 0;
        for (let i = 0; i < this.inSize; i++) sum += W[row + i] * inputs[i];
        y[image * this.outSize + j] = sum;
      }
    }
    return y;
  }

  /** Return dx = Wᵀ·dy, and overwrite dW and db. */
  backward(dy, n) {
    const { weights, bias } = this.parameters;
    const W = weights.value;
    const dW = weights.gradient.fill(0);
    const db = bias?.gradient.fill(0);
    const dx = new Float64Array(n * this.inSize);
    for (let image = 0; image < n; image++) {
      const start = image * this.inSize;
      for (let j = 0; j < this.outSize; j++) {
        const row = j * this.inSize;
        const error = dy[image * this.outSize + j];
        if (db) db[j] += error;
        for (let i = 0; i < this.inSize; i++) {
          dW[row + i] += error * this.x[start + i];
          dx[start + i] += W[row + i] * error;
        }
      }
    }
    return dx;
  }

  /** Return the links from all inputs. */
  linksBelow(y) {
    return Array.from({ length: this.inSize }, (_, x) => this.link(x, y));
  }

  /** Return the links to all units. */
  linksAbove(x) {
    return Array.from({ length: this.outSize }, (_, y) => this.link(x, y));
  }

  /** Return the link from an input to a unit. */
  link(x, y) {
    const weight = y * this.inSize + x;
    return { x, y, weight, factor: this.parameters.weights.value[weight] };
  }

  /** Return the one output that a weight goes into, and the input that it meets there. */
  usesOf(weight) {
    return [{ y: Math.floor(weight / this.inSize), x: weight % this.inSize }];
  }
}
