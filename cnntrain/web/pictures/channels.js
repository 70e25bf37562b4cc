/** The colour channel that shows the ink best, and whether the ink is darker than the paper in it. */

import { contrastIn, isDarkOnLight, reducedTo } from "pictures/photo.js";

const SIDE = 100; // channels are compared at this size
const COLOURLESS = 12; // of 255: channels that differ by less are the same but for noise
const BETTER = 1.1; // times the contrast of grey, which has the least noise

/** Return the grey picture of red, green and blue, by the usual weights (ITU-R 601). */
export function greyOf([red, green, blue]) {
  return red.map((value, at) =>
    Math.round(0.299 * value + 0.587 * green.values[at] + 0.114 * blue.values[at]),
  );
}

/** Return the channel of red, green and blue with the clearest ink, which may be grey. */
export function bestChannel(colours) {
  const small = colours.map((channel) => reducedTo(channel, SIDE).picture);
  const grey = { channel: greyOf(colours), ...looked(greyOf(small)) };
  if (isColourless(small)) return grey;
  const others = colours.map((channel, at) => ({ channel, ...looked(small[at]) }));
  grey.contrast *= BETTER;
  return others.reduce((best, each) => (each.contrast > best.contrast ? each : best), grey);
}

function looked(picture) {
  const isDark = isDarkOnLight(picture);
  return { isDark, contrast: contrastIn(picture, isDark) };
}

function isColourless([red, green, blue]) {
  return red.values.every((value, at) => {
    const three = [value, green.values[at], blue.values[at]];
    return Math.max(...three) - Math.min(...three) < COLOURLESS;
  });
}
