/**
 * Turn a drawing into what a network trained on MNIST expects, as `cnntrain predict` does.
 *
 * For the same drawing, dark strokes on white, no pixel differs by more than 2 of 255 from what
 * `predict` makes of it (cnntrain/data/pictures/fit.py); most are equal. That is tested.
 */

import { fitted, fullInk, SIDE } from "pictures/fit.js";
import { LEAST_NOISE, otsu } from "pictures/ink.js";
import { chooseMarks } from "pictures/marks.js";
import { inkIn } from "pictures/photo.js";

const SMALLEST = 0.02; // of the picture's longer side: smaller marks are dirt
const DETAIL_SIDE = 100; // pixels: a digit found smaller than this is looked at again
const MARGIN = 3; // pixels around the ink
const DISTINCT = 2; // times the level of the noise: fainter marks are noise
const WIDEST = 1.6; // times its height: wider marks are two digits, or none

/**
 * Prepare the one digit that a map of ink shows: 28×28 pixels 0..255, and in `warnings` what does not
 * look like one digit; null where there is none.
 *
 * Ink is a picture of 0 for paper to 1 for black ink on white. `noise` is the level up to which it
 * is noise; a drawing on the page has none, but 8 bits make a little.
 */
export function prepared(picture, noise = LEAST_NOISE) {
  const area = surroundings(picture, noise); // what is far from all ink would only cost time
  if (area === null) return null;
  const ink = picture.cut(area);
  const found = preparedPart(ink, noise, SMALLEST * picture.longer);
  if (found === null) return null;
  const { left, top, right, bottom } = found.box;
  const box = {
    left: left + area.left,
    top: top + area.top,
    right: right + area.left,
    bottom: bottom + area.top,
  };
  return { ...found, box };
}

/** Return the box of all ink, with the pixels around it that strokes can be widened to. */
function surroundings(picture, noise) {
  const { left, top, right, bottom } = picture.boxAbove(noise);
  if (right <= left) return null;
  return {
    left: Math.max(left - MARGIN, 0),
    top: Math.max(top - MARGIN, 0),
    right: Math.min(right + MARGIN, picture.width),
    bottom: Math.min(bottom + MARGIN, picture.height),
  };
}

/** Prepare the digit in a picture of ink; marks that are no longer than `speck` are none. */
function preparedPart(ink, noise, speck) {
  const level = Math.max(noise, otsu(ink.values.filter((value) => value > noise)));
  const clear = chooseMarks(ink, level);
  if (clear === null) return null;
  const faint = chooseMarks(ink, noise + (level - noise) / 3); // strokes to their faint ends
  const marks = clear.atBorder || !faint.atBorder ? faint : clear;
  const { left, top, right, bottom } = marks.box;
  const isSpeck = Math.max(right - left, bottom - top) <= speck;
  const full = fullInk(ink, marks.mask);
  if (isSpeck || full <= DISTINCT * noise) return null;
  return { ...fitted(ink, marks.mask, noise, full), warnings: warningsOf(marks) };
}

/** Say what does not look like one digit. */
function warningsOf({ rivals, box: { left, top, right, bottom } }) {
  const said = [];
  if (rivals > 0) said.push("There are several separate marks; only the heaviest is used.");
  if (right - left > WIDEST * (bottom - top)) said.push("The mark is wider than a digit.");
  return said;
}

/**
 * Prepare the digit in a photo, a channel of 0..255: as `prepared` does, with its box in the photo.
 *
 * A digit that is small in a large photo is looked at again, more closely.
 */
export function preparedPhoto(photo, isDark) {
  const far = inkIn(photo, isDark);
  const found = scaled(prepared(far.ink, far.noise), far.factor, 0, 0);
  if (found === null || far.factor === 1) return found;
  const { left, top, right, bottom } = found.box;
  const size = Math.max(right - left, bottom - top);
  if (size >= DETAIL_SIDE * far.factor) return found;
  const near = {
    left: Math.max(left - size, 0),
    top: Math.max(top - size, 0),
    right: Math.min(right + size, photo.width),
    bottom: Math.min(bottom + size, photo.height),
  };
  const closer = inkIn(photo.cut(near), isDark);
  const again = prepared(closer.ink, closer.noise);
  if (again === null) return found;
  return { ...scaled(again, closer.factor, near.left, near.top), warnings: found.warnings };
}

/** Return what was found, with its box in a larger picture that its picture was a part of. */
function scaled(found, factor, left, top) {
  if (found === null) return null;
  const box = {
    left: left + factor * found.box.left,
    top: top + factor * found.box.top,
    right: left + factor * found.box.right,
    bottom: top + factor * found.box.bottom,
  };
  return { ...found, box };
}

/** Return 28×28 pixels 0..255 as the numbers 0..1 of a network's input of `side` × `side`. */
export function shrunk(pixels, side) {
  const block = SIDE / side;
  const means = new Float64Array(side * side);
  pixels.forEach((pixel, at) => {
    const x = Math.floor((at % SIDE) / block);
    const y = Math.floor(Math.floor(at / SIDE) / block);
    means[y * side + x] += pixel / (block * block * 255);
  });
  return means;
}
