/**
 * Losses: a number that says how wrong a batch's outputs are, and its derivative.
 *
 * The mean over the m images of the batch is taken here and nowhere else.
 */

/** L = ½·Σ (y − t)² / m;  dy = (y − t)/m. */
const meanSquaredError = {
  /** Return L and dy for outputs y and targets t, both (m, K). */
  of(y, t, m) {
    const dy = y.map((output, at) => (output - t[at]) / m);
    const parts = y.map((output, at) => (output - t[at]) ** 2 / (2 * m));
    return { parts, loss: sum(parts), dy };
  },

  /** Return the outputs' shares of their sum, counting negative outputs as nearly 0. */
  probabilities(y) {
    const positive = y.map((output) => Math.max(output, 1e-12));
    const total = sum(positive);
    return positive.map((output) => output / total);
  },
};

/** p = e^y / Σ e^y and L = −Σ t·log p / m;  dy = (p − t)/m for targets that sum to 1. */
const softmaxCrossEntropy = {
  /** Return L and dy for outputs y and targets t, both (m, K). */
  of(y, t, m) {
    const outputs = y.length / m;
    const dy = new Float64Array(y.length);
    const parts = new Float64Array(y.length);
    for (let start = 0; start < y.length; start += outputs) {
      const p = this.probabilities(y.subarray(start, start + outputs));
      for (let k = 0; k < outputs; k++) {
        parts[start + k] = t[start + k] === 0 ? 0 : (-t[start + k] * Math.log(p[k])) / m;
        dy[start + k] = (p[k] - t[start + k]) / m;
      }
    }
    return { parts, loss: sum(parts), dy };
  },

  /** Return p = e^y / Σ e^y; the largest y is subtracted first, so that no power overflows. */
  probabilities(y) {
    const largest = Math.max(...y);
    const powers = y.map((output) => Math.exp(output - largest));
    const total = sum(powers);
    return powers.map((power) => power / total);
  },
};

export const LOSSES = { mse: meanSquaredError, softmax_cross_entropy: softmaxCrossEntropy };

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}
