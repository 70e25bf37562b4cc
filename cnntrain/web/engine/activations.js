/** Activations: a function of each number on its own, and its derivative. */

import { Layer } from "engine/layer.js";

/** A function y = f(x) of each element on its own;  dx = f′(x)·dy. */
class Activation extends Layer {
  /** Return y = f(x). */
  forward(x) {
    this.x = x;
    this.y = x.map((number) => this.f(number));
    return this.y;
  }

  /** Return the one link, with the slope y′. */
  linksAbove(x) {
    return [{ x, y: x, factor: this.df(this.x[x], this.y[x]) }];
  }

  /** Return dx = f′(x)·dy. */
  backward(dy) {
    return dy.map((error, at) => this.df(this.x[at], this.y[at]) * error);
  }
}

/** y = 1/(1 + e^−x);  y′ = y·(1 − y). */
export class Sigmoid extends Activation {
  f(x) {
    return 1 / (1 + Math.exp(-x));
  }

  df(x, y) {
    return y * (1 - y);
  }
}

/** y = tanh x;  y′ = 1 − y². */
export class Tanh extends Activation {
  f(x) {
    return Math.tanh(x);
  }

  df(x, y) {
    return 1 - y * y;
  }
}

/** y = max(x, 0);  y′ = 1 where y > 0, else 0. */
export class ReLU extends Activation {
  f(x) {
    return Math.max(x, 0);
  }

  df(x, y) {
    return y > 0 ? 1 : 0;
  }
}

/** y = x where x > 0, else a·x;  y′ = 1 where y > 0, else a. */
export class LeakyReLU extends Activation {
  f(x) {
    return Math.max(x, this.options.slope * x);
  }

  df(x, y) {
    return y > 0 ? 1 : this.options.slope;
  }
}

/** y = log(1 + e^x);  y′ = 1 − e^−y. */
export class Softplus extends Activation {
  f(x) {
    return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))); // e^x alone could overflow
  }

  df(x, y) {
    return -Math.expm1(-y);
  }
}

/** y = x·σ, σ = 1/(1 + e^−x);  y′ = σ·(1 + x − y). */
export class SiLU extends Activation {
  f(x) {
    return x / (1 + Math.exp(-x));
  }

  df(x, y) {
    return (1 + x - y) / (1 + Math.exp(-x));
  }
}

/** y = x·Φ(x);  y′ = Φ(x) + x·φ(x), with the normal distribution's Φ and its density φ. */
export class GELU extends Activation {
  f(x) {
    return x * cumulative(x);
  }

  df(x) {
    return cumulative(x) + (x * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
  }
}

/**
 * Return Φ(x), the share of a normal distribution that lies below x.
 *
 * Near 0 by its series, ½ + φ(x)·(x + x³/3 + x⁵/(3·5) + ...), farther out by the continued fraction
 * of the tail, φ(x)/(x + 1/(x + 2/(x + 3/(x + ...)))): Abramowitz & Stegun 1964, 26.2.11 and 26.2.14.
 */
function cumulative(x) {
  const distance = Math.abs(x);
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  if (distance < 3) {
    let term = x;
    let sum = x;
    for (let odd = 3; Math.abs(term) > 1e-17; odd += 2) {
      term *= (x * x) / odd;
      sum += term;
    }
    return 0.5 + density * sum;
  }
  let fraction = distance;
  for (let n = 60; n > 0; n--) fraction = distance + n / fraction;
  const tail = density / fraction;
  return x < 0 ? tail : 1 - tail;
}
