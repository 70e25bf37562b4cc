/**
 * Fit one digit's ink into a network's input, as MNIST was made.
 *
 * That is (LeCun, Bottou, Bengio, Haffner, 1998): the ink is cut out, fitted into 20×20 pixels
 * keeping its proportions, and placed with its centre of mass at the centre of 28×28 pixels, light
 * on dark.
 */

import {
  BICUBIC,
  BOX,
  Grey,
  percentile,
  reduced,
  resized,
  rounded,
  widened,
} from "pictures/resize.js";

const { fround } = Math; // Python computes in float32 here, and a rounding can decide on a pixel

export const SIDE = 28;
const INNER = 20; // the side that a digit is fitted into
const FINE = 4; // strokes are thickened at this many times the final resolution
const THINNEST = 1.8; // pixels: thinner strokes are thickened to this, as a pen's in MNIST

/** Return the level of full ink, which becomes white, of the marks of a mask. */
export function fullInk(ink, mask) {
  const inked = [];
  for (let at = 0; at < ink.values.length; at++) if (mask.values[at]) inked.push(ink.values[at]);
  return percentile(inked, 75);
}

/**
 * Return one digit as a network trained on MNIST expects it: 28×28 values, 0..255.
 *
 * Ink is 0..1, `mask` marks its pixels that are the digit's strokes, and `noise` is the level up to
 * which ink is noise. `box` says where in the ink the digit was found, and `at` where it was put.
 */
export function fitted(ink, mask, noise, full) {
  const { digit, box } = boxed(ink, mask, noise, full);
  return { ...centred(digit), box };
}

/** Cut the digit out, stretch its contrast, and fit it into the inner square: 0..255. */
function boxed(ink, mask, noise, full) {
  const near = widened(mask, 2); // the soft edges belong to the strokes
  const clean = new Grey(ink.width, ink.height);
  for (let at = 0; at < ink.values.length; at++) {
    const share = fround(fround(ink.values[at] - noise) / fround(full - noise));
    clean.values[at] = near.values[at] ? Math.min(Math.max(share, 0), 1) : 0;
  }
  const box = clean.boxAbove(0);
  const cut = clean.cut(box);
  let fine = resizedTo(cut, FINE * INNER);
  const growth = growthOf(fine);
  if (growth) {
    fine = resizedTo(cut, FINE * INNER - 2 * growth).padded(growth, growth, growth, growth);
  }
  const whole = fine.padded(0, 0, missing(fine.width), missing(fine.height));
  const digit = reduced(widened(whole, growth), FINE, { whole: true });
  const largest = digit.values.reduce((most, value) => Math.max(most, value), 0);
  const white = percentile(
    digit.values.filter((value) => value > largest / 4),
    90,
  );
  digit.values = digit.values.map((value) => Math.min((255 / white) * value, 255));
  return { digit, box };
}

/** Return how much a length lacks to be a multiple of FINE. */
function missing(length) {
  return (FINE - (length % FINE)) % FINE;
}

/** Resize 0..1 so that the longer side becomes `side`: whole numbers 0..255. */
function resizedTo(cut, side) {
  const scale = side / cut.longer;
  const [width, height] = [cut.width, cut.height].map((n) => Math.max(1, rounded(scale * n)));
  const pixels = new Grey(
    cut.width,
    cut.height,
    cut.values.map((value) => Math.floor(fround(255 * value))),
  );
  const filter = cut.longer >= INNER ? BOX : BICUBIC;
  return resized(pixels, width, height, filter, { whole: true });
}

/** Return by how much to widen thin strokes on each side to make them as thick as THINNEST. */
function growthOf(fine) {
  return Math.max(0, rounded((FINE * THINNEST - strokeWidth(fine)) / 2));
}

/**
 * Return how wide the strokes of a picture are: twice their area over their perimeter.
 *
 * The perimeter is π/4 times the number of changes from ink to background along rows and columns
 * (Cauchy and Crofton's formula).
 */
function strokeWidth(fine) {
  const { width, height, values } = fine.padded(1, 1, 1, 1);
  const isInk = (at) => values[at] > 127;
  let area = 0;
  let changes = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      if (isInk(at)) area += 1;
      if (x + 1 < width && isInk(at) !== isInk(at + 1)) changes += 1;
      if (y + 1 < height && isInk(at) !== isInk(at + width)) changes += 1;
    }
  }
  return (2 * area) / ((Math.PI / 4) * Math.max(changes, 1));
}

/** Place a digit with its centre of mass at the centre of 28×28. */
function centred(digit) {
  let total = 0;
  const mass = { x: 0, y: 0 };
  digit.values.forEach((value, at) => {
    total += value;
    mass.x += value * (at % digit.width);
    mass.y += value * Math.floor(at / digit.width);
  });
  const left = placed(mass.x / total, digit.width);
  const top = placed(mass.y / total, digit.height);
  const pixels = new Float32Array(SIDE * SIDE);
  digit.values.forEach((value, at) => {
    const x = left + (at % digit.width);
    const y = top + Math.floor(at / digit.width);
    pixels[y * SIDE + x] = rounded(value);
  });
  const at = { left, top, right: left + digit.width, bottom: top + digit.height };
  return { pixels, at };
}

function placed(mass, size) {
  return Math.min(Math.max(rounded(SIDE / 2 - mass), 0), SIDE - size);
}
