/** Batch and layer normalization: mean 0 and variance 1, then a learnt scale and bias. */

import { Layer } from "engine/layer.js";

/**
 * y = γ·x̂ + β with x̂ = (x − μ)/s, s = √(σ² + ε).
 *
 * μ and σ² are the mean and the variance of the m numbers that are normalized together. γ and β,
 * the parameters `weights` and `bias`, are learnt, one of each per map. Backward, with g = γ·dy:
 *
 *     dβ = Σ dy
 *     dγ = Σ dy·x̂
 *     dx = (g − mean of g − x̂·mean of g·x̂) / s
 */
class Normalization extends Layer {
  /** Return y; a subclass says which numbers go together. */
  forward(x, n) {
    const groups = this.groups(x.length, n);
    const count = x.length / groups.number;
    const mean = new Float64Array(groups.number);
    const variance = new Float64Array(groups.number);
    x.forEach((number, at) => (mean[groups.of(at)] += number / count));
    x.forEach(
      (number, at) => (variance[groups.of(at)] += (number - mean[groups.of(at)]) ** 2 / count),
    );
    return this.scaled(x, groups, mean, variance);
  }

  /** Return y for these μ and σ². */
  scaled(x, groups, mean, variance) {
    const gamma = this.parameters.weights.value;
    const beta = this.parameters.bias.value;
    this.s = variance.map((square) => Math.sqrt(square + this.options.epsilon));
    Object.assign(this, { x, mean, groupOf: groups.of });
    this.xHat = new Float64Array(x.length);
    const y = new Float64Array(x.length);
    const size = this.inShape[1] * this.inShape[2];
    for (let start = 0; start < x.length; start += size) {
      const [map, group] = [this.mapOf(start), groups.of(start)]; // the same for the whole map
      for (let at = start; at < start + size; at++) {
        this.xHat[at] = (x[at] - mean[group]) / this.s[group];
        y[at] = gamma[map] * this.xHat[at] + beta[map];
      }
    }
    return y;
  }

  /** Return dx, and overwrite dγ and dβ. */
  backward(dy, n) {
    const groups = this.groups(dy.length, n);
    const count = dy.length / groups.number;
    const { weights, bias } = this.parameters;
    weights.gradient.fill(0);
    bias.gradient.fill(0);
    dy.forEach((error, at) => {
      weights.gradient[this.mapOf(at)] += error * this.xHat[at];
      bias.gradient[this.mapOf(at)] += error;
    });
    const g = dy.map((error, at) => weights.value[this.mapOf(at)] * error);
    const meanG = new Float64Array(groups.number);
    const meanGX = new Float64Array(groups.number);
    Object.assign(this, { g, meanG, meanGX });
    g.forEach((number, at) => {
      meanG[groups.of(at)] += number / count;
      meanGX[groups.of(at)] += (number * this.xHat[at]) / count;
    });
    return g.map((number, at) => {
      const group = groups.of(at);
      return (number - meanG[group] - this.xHat[at] * meanGX[group]) / this.s[group];
    });
  }

  /** Return each output of a map, and x̂ there: that is what its scale is multiplied with. */
  usesOf(map) {
    const size = this.outSize / this.outShape[0];
    return Array.from({ length: size }, (_, at) => ({ y: map * size + at, x: map * size + at }));
  }

  /** Return the map that a number in a batch belongs to. */
  mapOf(at) {
    const [maps, rows, columns] = this.inShape;
    return Math.floor(at / (rows * columns)) % maps;
  }
}

/** Normalize each map over the images of the batch; when not training, by running statistics. */
export class BatchNormalization extends Normalization {
  /** Return y = γ·(x − μ)/s + β, with the running statistics when not training. */
  forward(x, n, { train }) {
    if (train) return super.forward(x, n);
    const { running_mean: mean, running_variance: variance } = this.buffers;
    return this.scaled(x, this.groups(), mean, variance);
  }

  /** Return the maps. */
  groups() {
    return { number: this.inShape[0], of: (at) => this.mapOf(at) };
  }
}

/** Normalize all numbers of an image, the same in training and evaluation. */
export class LayerNormalization extends Normalization {
  /** Return the images. */
  groups(length, n) {
    return { number: n, of: (at) => Math.floor(at / this.inSize) };
  }
}
