/**
 * Update rules: how parameters follow their gradients, weight − rate·direction = new weight.
 *
 * g is a parameter's gradient, clipped and with λ·weight added where options say so.
 */

class UpdateRule {
  /** Take the options of a configuration, and the parameters {value, gradient, rate} that are learnt. */
  constructor(options, parameters) {
    Object.assign(this, { options, parameters });
    this.start();
  }

  /** Begin with a state of zeros. */
  start() {}

  /** Return the direction of each parameter's coming step; keep the state that goes with it. */
  directions() {
    const norm = Math.hypot(...this.parameters.map(({ gradient }) => length(gradient)));
    const most = this.options.clip_norm;
    const clip = most !== null && norm > most ? most / norm : 1;
    return this.parameters.map((parameter, at) =>
      this.direction(this.gradientOf(parameter, clip), at),
    );
  }

  /** Return g of a parameter. */
  gradientOf({ value, gradient }, clip) {
    const decay = this.isDecoupled ? 0 : this.options.weight_decay;
    return gradient.map((dW, at) => dW * clip + decay * value[at]);
  }

  /** Change every parameter by the directions of its coming step. */
  update(directions = this.directions()) {
    this.parameters.forEach(({ value, rate }, number) => {
      const direction = directions[number];
      for (let at = 0; at < value.length; at++) value[at] -= rate * direction[at];
    });
    this.state = this.next;
  }

  /** Return zeros of the form of each parameter. */
  zeros() {
    return this.parameters.map(({ value }) => new Float64Array(value.length));
  }
}

/** v ← μ·v + g; the direction is v, with Nesterov's momentum g + μ·v, without momentum g. */
class GradientDescent extends UpdateRule {
  start() {
    this.state = this.zeros();
  }

  directions() {
    this.next = [];
    return super.directions();
  }

  direction(g, number) {
    const { momentum, nesterov } = this.options;
    const v = this.state[number].map((before, at) => momentum * before + g[at]);
    this.next.push(v);
    return nesterov ? g.map((one, at) => one + momentum * v[at]) : v;
  }
}

/** m ← β₁·m + (1 − β₁)·g and v ← β₂·v + (1 − β₂)·g²; the direction is m̂/(√v̂ + ε). */
class Adam extends UpdateRule {
  start() {
    this.state = { t: 0, m: this.zeros(), v: this.zeros() };
  }

  directions() {
    this.next = { t: this.state.t + 1, m: [], v: [] };
    return super.directions();
  }

  direction(g, number) {
    const { beta1, beta2, epsilon } = this.options;
    const { t } = this.next;
    const m = this.state.m[number].map((before, at) => beta1 * before + (1 - beta1) * g[at]);
    const v = this.state.v[number].map((before, at) => beta2 * before + (1 - beta2) * g[at] ** 2);
    this.next.m.push(m);
    this.next.v.push(v);
    const [bias1, bias2] = [1 - beta1 ** t, 1 - beta2 ** t]; // m̂ = m/bias1, v̂ = v/bias2
    return m.map((mean, at) => mean / bias1 / (Math.sqrt(v[at] / bias2) + epsilon));
  }
}

/** Adam whose weight decay stays out of the averages: the direction is m̂/(√v̂ + ε) + λ·weight. */
class AdamW extends Adam {
  isDecoupled = true;

  direction(g, number) {
    const { value } = this.parameters[number];
    const decay = this.options.weight_decay;
    return super.direction(g, number).map((one, at) => one + decay * value[at]);
  }
}

export const UPDATES = { sgd: GradientDescent, adam: Adam, adamw: AdamW };

function length(numbers) {
  return Math.sqrt(numbers.reduce((sum, number) => sum + number * number, 0));
}
