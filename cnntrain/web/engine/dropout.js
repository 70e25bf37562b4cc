/** Dropout: switch off units at random while training. */

import { Layer } from "engine/layer.js";

/**
 * Set each unit to 0 with probability p while training, and scale the others by 1/(1 − p).
 *
 * y = x·m and dx = dy·m, with m drawn anew for every batch; y = x when not training.
 */
export class Dropout extends Layer {
  /** Return x·m, with a new m, or x when not training. */
  forward(x, n, { train }) {
    this.m = null;
    if (!train) return x;
    const { rate } = this.options;
    this.m = x.map(() => (Math.random() < rate ? 0 : 1 / (1 - rate)));
    return x.map((number, at) => number * this.m[at]);
  }

  /** Return the one link, with m; when not training, that is 1. */
  linksBelow(y) {
    return [{ x: y, y, factor: this.m ? this.m[y] : 1 }];
  }

  /** Return the same. */
  linksAbove(x) {
    return this.linksBelow(x);
  }

  /** Return dx = dy·m. */
  backward(dy) {
    return dy.map((error, at) => error * this.m[at]);
  }
}
