/** Choose, among the marks on a picture, those that make up one digit. */

import { Grey, include, nowhere, widened } from "pictures/resize.js";

const BORDER_PENALTY = 0.05; // a mark at the border is the digit only where all others are specks
const SPECK = 0.02; // marks with less than this share of the main mark's ink are dirt
const NEAR = 0.15; // strokes of one digit are closer than this share of its size
const RIVAL = 0.25; // marks left out with more than this share of the ink make a second digit likely

/**
 * Return the heaviest mark and the strokes near it, as `{mask, box, atBorder, rivals}`, the last the
 * number of other marks of comparable size; null without any.
 *
 * Ink is a picture of 0..1; a mark is what hangs together above `level`, gaps of two pixels included.
 * The mask is a picture of 0 and 1.
 */
export function chooseMarks(ink, level) {
  const above = where(ink, (value) => value > level);
  const marks = measured(components(widened(above, 1)), above, ink);
  if (marks.length === 0) return null;
  const weight = (mark) => mark.mass * (mark.atBorder ? BORDER_PENALTY : 1);
  marks.sort((a, b) => weight(b) - weight(a) || a.label - b.label);
  const [main, ...others] = marks;
  const chosen = new Set([main.label]);
  let { box, atBorder, mass } = main;
  for (const mark of others) {
    const dirt = mark.mass < SPECK * main.mass;
    const stranger = mark.atBorder && !main.atBorder;
    const size = Math.max(box.right - box.left, box.bottom - box.top);
    if (gap(box, mark.box) > NEAR * size || dirt || stranger) continue;
    chosen.add(mark.label);
    box = around(box, mark.box);
    atBorder ||= mark.atBorder;
    mass += mark.mass;
  }
  const mask = where(above, (value, at) => value && chosen.has(main.labels[at]));
  const isRival = (mark) => !chosen.has(mark.label) && !mark.atBorder && mark.mass > RIVAL * mass;
  return { mask, box, atBorder, rivals: marks.filter(isRival).length };
}

/** Return the mask of the pixels for which a test of value and place holds. */
function where(picture, test) {
  const mask = new Grey(picture.width, picture.height, new Uint8Array(picture.values.length));
  for (let at = 0; at < mask.values.length; at++) {
    if (test(picture.values[at], at)) mask.values[at] = 1;
  }
  return mask;
}

/** Number what hangs together in a mask, in all eight directions: 1, 2, ...; 0 elsewhere. */
function components(mask) {
  const { width, height, values } = mask;
  const labels = new Int32Array(values.length);
  let label = 0;
  for (let start = 0; start < values.length; start++) {
    if (!values[start] || labels[start]) continue;
    label += 1;
    labels[start] = label;
    const waiting = [start];
    while (waiting.length > 0) {
      const at = waiting.pop();
      const x = at % width;
      const y = (at - x) / width;
      for (let row = Math.max(y - 1, 0); row <= Math.min(y + 1, height - 1); row++) {
        for (let column = Math.max(x - 1, 0); column <= Math.min(x + 1, width - 1); column++) {
          const next = row * width + column;
          if (values[next] && !labels[next]) {
            labels[next] = label;
            waiting.push(next);
          }
        }
      }
    }
  }
  return labels;
}

/** Return each mark's ink, its box, and whether it touches the border of the picture. */
function measured(labels, above, ink) {
  const { width, height } = above;
  const marks = [];
  for (let at = 0; at < labels.length; at++) {
    if (!above.values[at]) continue;
    const label = labels[at];
    const x = at % width;
    const y = (at - x) / width;
    marks[label] ??= { label, labels, mass: 0, box: nowhere() };
    marks[label].mass += ink.values[at];
    include(marks[label].box, x, y);
  }
  const found = marks.filter(Boolean);
  for (const mark of found) {
    const { left, top, right, bottom } = mark.box;
    mark.atBorder = left === 0 || top === 0 || right === width || bottom === height;
  }
  return found;
}

/** Return the smallest box that contains both. */
function around(first, second) {
  return {
    left: Math.min(first.left, second.left),
    top: Math.min(first.top, second.top),
    right: Math.max(first.right, second.right),
    bottom: Math.max(first.bottom, second.bottom),
  };
}

/** Return the distance between two boxes along the axis where they are farther apart. */
function gap(first, second) {
  const down = Math.max(first.top - second.bottom, second.top - first.bottom);
  const across = Math.max(first.left - second.right, second.left - first.right);
  return Math.max(0, down, across);
}
