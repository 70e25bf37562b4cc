/** Tell ink from paper by a threshold. */

export const LEAST_NOISE = 0.025; // of the light: 8 bits make as much
const BINS = 64; // of the histogram for a threshold

/** Return the threshold that maximises the variance between the values below and above it (Otsu, 1979). */
export function otsu(values) {
  const low = values.reduce((least, value) => Math.min(least, value), Infinity);
  const high = values.reduce((most, value) => Math.max(most, value), -Infinity);
  if (high - low < 1e-5) return low - 0.5 + 1 / BINS; // all the same: below them
  const width = (high - low) / BINS;
  const counts = new Float64Array(BINS);
  for (const value of values) counts[Math.min(Math.floor((value - low) / width), BINS - 1)] += 1;
  const centre = (bin) => low + (bin + 0.5) * width;
  const sum = counts.reduce((total, count, bin) => total + count * centre(bin), 0);
  let [below, sumBelow, most, best] = [0, 0, -1, 0];
  for (let bin = 0; bin < BINS - 1; bin++) {
    below += counts[bin];
    sumBelow += counts[bin] * centre(bin);
    const above = values.length - below;
    const between = above ? below * above * (sumBelow / below - (sum - sumBelow) / above) ** 2 : 0;
    if (between > most) [most, best] = [between, bin];
  }
  return low + (best + 1) * width;
}
