/**
 * What a layer is in the page: the same formulas as in `cnntrain/nn/layers/`, in plain loops.
 *
 * Letters: N images, C channels (maps), H rows, W columns; F filters, k kernel size; x input,
 * y output, dx = ∂L/∂x, dy = ∂L/∂y, dW and db the gradients of weights and bias. Arrays are flat,
 * in the order (N, C, H, W); an image's shape is [C, H, W].
 */

/** Return the number of numbers in an array of this shape. */
export function size(shape) {
  return shape.reduce((product, length) => product * length, 1);
}

/** One step of a network: y = f(x), and dx from dy. */
export class Layer {
  /** Take a layer's description, as `cnntrain/web/network.py` writes it. */
  constructor({ name, kind, inShape, outShape, options, geometry, parameters, buffers }) {
    Object.assign(this, { name, kind, inShape, outShape, options, geometry });
    this.inSize = size(inShape);
    this.outSize = size(outShape);
    this.parameters = {}; // weights, bias: {shape, value, gradient, frozen}
    for (const [part, { shape, frozen, values }] of Object.entries(parameters)) {
      const value = Float64Array.from(values);
      this.parameters[part] = { shape, frozen, value, gradient: new Float64Array(value.length) };
    }
    this.buffers = {}; // running_mean and the like: arrays
    for (const [part, { values }] of Object.entries(buffers)) {
      this.buffers[part] = Float64Array.from(values);
    }
  }

  /**
   * Return the links that one output of the first image is the sum of: [{x, y, factor, weight}].
   *
   * y = Σ factor·x, plus a bias where there is one. `x` and `y` are places in the arrays, `weight`
   * that of the factor in the weights, if it is one. Zeros around the image have no place: x is −1.
   * Null where the layer is no such sum.
   */
  linksBelow(y) {
    return y < 0 ? [] : null;
  }

  /** Return the links from one input to the outputs that it goes into: ∂L/∂x = Σ factor·∂L/∂y. */
  linksAbove(x) {
    return x < 0 ? [] : null;
  }

  /** Return y (N, ...outShape) for x (N, ...inShape), and keep what `backward` needs. */
  forward(x, n, { train }) {
    throw new Error(`${this.kind}: no forward(${x.length}, ${n}, ${train})`);
  }

  /** Return dx for dy, after a `forward` with `train`; overwrite the gradients. */
  backward(dy, n) {
    throw new Error(`${this.kind}: no backward(${dy.length}, ${n})`);
  }
}

/** The image itself: pixels as numbers from 0 to 1. */
export class Input extends Layer {
  /** Return x. */
  forward(x) {
    return x;
  }

  /** Return dy. */
  backward(dy) {
    return dy;
  }
}
