/**
 * Find the ink in a photo: on paper or a blackboard, in any light, a little noisy.
 *
 * This is the straight way of `cnntrain predict` (cnntrain/data/pictures/ink.py). What that does
 * besides is left out here, and the page says so: finding a sheet of paper in a larger picture,
 * erasing the lines of ruled paper, reading several digits.
 */

import { LEAST_NOISE, otsu } from "pictures/ink.js";
import { BILINEAR, Grey, percentile, reduced, resized, widened } from "pictures/resize.js";

const SEARCH_SIDE = 320; // photos are searched for ink at this size
const COARSE_SIDE = 32; // enough for the light behind the ink
const BLURS = [0, 1, 2, 4, 8]; // pixels of a picture of 320: what more and more noise needs
const CLEAR = 2.5; // times the level of the noise: ink this strong needs no more blur
const BLURRED = 0.28; // of the noise is left by a blur of one pixel: 1 / (2 √π)

/**
 * Return the ink in a grey photo of 0..255: a picture of 0..1, the level up to which it is noise, and
 * how many of the photo's pixels one of its pixels is, in each direction.
 */
export function inkIn(photo, isDark) {
  const { picture, factor } = reducedTo(photo, SEARCH_SIDE);
  const noise = grain(picture) / 255;
  let best = null;
  for (const blur of BLURS) {
    const radius = (blur * picture.longer) / SEARCH_SIDE;
    if (blur && radius < 0.3) continue; // too little to see
    const smooth = blur ? blurred(picture, radius) : picture;
    const left = noise * (blur ? Math.min(1, BLURRED / radius) : 1);
    const found = measured(darkness(smooth, isDark), left);
    if (best === null || found.contrast > 1.2 * best.contrast) best = found;
    if (best.contrast > CLEAR) break;
  }
  return { ...best, factor };
}

/** Return a picture with its longer side no longer than `side`, and by what it was divided. */
export function reducedTo(picture, side) {
  const factor = Math.ceil(picture.longer / side);
  return { picture: factor > 1 ? reduced(picture, factor, { whole: true }) : picture, factor };
}

/** Return whether the ink is darker than what is behind it. */
export function isDarkOnLight(picture) {
  const coarse = coarsely(picture);
  const behind = background(coarse);
  let sum = 0;
  coarse.values.forEach((value, at) => {
    const deviation = value - behind.values[at];
    sum += deviation * Math.abs(deviation);
  });
  return sum < 0;
}

function coarsely(picture) {
  return reduced(picture, Math.ceil(picture.longer / COARSE_SIDE));
}

/** Return the median of each pixel's surroundings, a quarter of the picture in each direction. */
function background(coarse) {
  const { width, height, values } = coarse;
  const reach = Math.floor(coarse.longer / 4);
  const inside = (place, length) => Math.min(Math.max(place, 0), length - 1);
  return coarse.map((_, at) => {
    const x = at % width;
    const y = (at - x) / width;
    const around = [];
    for (let row = y - reach; row <= y + reach; row++) {
      for (let column = x - reach; column <= x + reach; column++) {
        around.push(values[inside(row, height) * width + inside(column, width)]);
      }
    }
    return Float32Array.from(around).sort()[(around.length - 1) / 2];
  });
}

/** Return how much darker than the paper (or lighter) each pixel is: the light that ink takes, 0..1. */
function darkness(channel, isDark) {
  const light = isDark ? channel : channel.map((value) => 255 - value);
  const paper = paperBehind(light);
  return light.map((value, at) =>
    Math.min(Math.max(1 - value / Math.max(paper.values[at], 1), 0), 1),
  );
}

/**
 * Fill dark shapes narrower than a third of the picture with the brightness around them.
 *
 * This is a morphological closing: the maximum over a square, then the minimum. The light behind the
 * ink is first continued beyond the border, each slope at its own rate.
 */
function paperBehind(light) {
  const { width, height } = light;
  const reach = Math.floor(light.longer / 6);
  const behind = resized(background(coarsely(light)), width, height, BILINEAR);
  const around = new Grey(width + 2 * reach, height + 2 * reach);
  around.values.forEach((_, at) => {
    const x = (at % around.width) - reach;
    const y = Math.floor(at / around.width) - reach;
    const isInside = x >= 0 && x < width && y >= 0 && y < height;
    around.values[at] = isInside ? light.values[y * width + x] : continued(behind, x, y);
  });
  const closed = widened(
    widened(around, reach).map((value) => -value),
    reach,
  );
  const inner = { left: reach, top: reach, right: reach + width, bottom: reach + height };
  return closed.cut(inner).map((value) => -value);
}

/** Return what a picture would be beyond its border: along each axis mirrored at it, upside down. */
function continued({ width, height, values }, x, y) {
  const [column, edgeX] = mirrored(x, width);
  const [row, edgeY] = mirrored(y, height);
  const at = (some, other) => values[other * width + some];
  const across = (line) =>
    edgeX === column ? at(column, line) : 2 * at(edgeX, line) - at(column, line);
  return edgeY === row ? across(row) : 2 * across(edgeY) - across(row);
}

function mirrored(place, length) {
  const edge = Math.min(Math.max(place, 0), length - 1);
  return [Math.min(Math.max(2 * edge - place, 0), length - 1), edge];
}

/** Measure ink relative to the paper's median. */
function measured(ink, grainLeft) {
  const { paper, noise: edge } = paperIn(ink);
  const clean = ink.map((value) => Math.min(Math.max((value - paper) / (1 - paper), 0), 1));
  const above = Math.max(edge, paper + 4 * grainLeft);
  const noise = Math.min(Math.max((above - paper) / (1 - paper), LEAST_NOISE), 1);
  return { ink: clean, noise, contrast: contrastOf(clean.values, noise) };
}

/** Return the paper's median, and the level where its noise ends. */
function paperIn({ values }) {
  const [low, middle] = [percentile(values, 10), percentile(values, 25)];
  const noise = Math.max(middle + 7.5 * (middle - low), LEAST_NOISE);
  return { paper: Math.min(middle + (middle - low), 0.9), noise };
}

/** Return the contrast of full ink, times the level of the noise. */
function contrastOf(values, noise, paper = 0) {
  const above = values.filter((value) => value > noise);
  const level = above.length ? Math.max(noise, otsu(above)) : 1;
  const pen = values.filter((value) => value > level);
  const least = Math.max(noise - paper, LEAST_NOISE);
  return pen.length ? (percentile(pen, 75) - paper) / least : 0;
}

/** Return the contrast of full ink in a grey picture, times the level of the noise. */
export function contrastIn(picture, isDark) {
  const ink = darkness(picture, isDark);
  const { paper, noise } = paperIn(ink);
  return contrastOf(ink.values, noise, paper);
}

/**
 * Return the standard deviation of noise that differs from pixel to pixel, 0..255.
 *
 * It is told from what the kernel of Immerkaer (1996) leaves, which knows no slopes; its lower
 * quartile is not disturbed by strokes and edges.
 */
function grain({ width, height, values }) {
  if (Math.min(width, height) < 3) return 0;
  const left = [];
  const second = (at) => values[at - 1] - 2 * values[at] + values[at + 1];
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      left.push(Math.abs(second(at - width) - 2 * second(at) + second(at + width)));
    }
  }
  return percentile(left, 25) / (6 * 0.3186); // of a normal variable's size
}

/** Return a picture blurred by a Gaussian of this standard deviation. */
function blurred(picture, radius) {
  const reach = Math.ceil(3 * radius);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, at) =>
    Math.exp(-0.5 * ((at - reach) / radius) ** 2),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const across =
    ({ width, values }) =>
    (_, at) => {
      const start = at - (at % width);
      let sum = 0;
      weights.forEach((weight, k) => {
        const x = Math.min(Math.max((at % width) + k - reach, 0), width - 1);
        sum += weight * values[start + x];
      });
      return sum / total;
    };
  const turned = picture.map(across(picture)).turned();
  return turned.map(across(turned)).turned();
}
