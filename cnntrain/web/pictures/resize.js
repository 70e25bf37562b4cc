/** Resizing and filtering of grey pictures, as Pillow does them: the network learnt from such. */

/** A grey picture: its numbers row by row. */
export class Grey {
  constructor(width, height, values = new Float32Array(width * height)) {
    Object.assign(this, { width, height, values });
  }

  /** Return the longer side. */
  get longer() {
    return Math.max(this.width, this.height);
  }

  /** Return a picture of the same size, from each value and its place. */
  map(change) {
    return new Grey(this.width, this.height, this.values.map(change));
  }

  /** Return the box of all pixels above a level. */
  boxAbove(level) {
    const box = nowhere();
    for (let y = 0, at = 0; y < this.height; y++) {
      for (let x = 0; x < this.width; x++, at++) {
        if (this.values[at] > level) include(box, x, y);
      }
    }
    return box;
  }

  /** Return the pixels of a box; the last row and column are exclusive. */
  cut({ left, top, right, bottom }) {
    const part = new Grey(right - left, bottom - top);
    for (let y = 0; y < part.height; y++) {
      const start = (top + y) * this.width + left;
      part.values.set(this.values.subarray(start, start + part.width), y * part.width);
    }
    return part;
  }

  /** Return the picture with this many zeros added at each side. */
  padded(left, top, right, bottom) {
    const wide = new Grey(this.width + left + right, this.height + top + bottom);
    for (let y = 0; y < this.height; y++) {
      const row = this.values.subarray(y * this.width, (y + 1) * this.width);
      wide.values.set(row, (top + y) * wide.width + left);
    }
    return wide;
  }

  /** Return the picture mirrored at its diagonal. */
  turned() {
    const turned = new Grey(
      this.height,
      this.width,
      new this.values.constructor(this.values.length),
    );
    for (let y = 0; y < this.height; y++) {
      for (let x = 0; x < this.width; x++) {
        turned.values[x * this.height + y] = this.values[y * this.width + x];
      }
    }
    return turned;
  }
}

/** Return a box that contains nothing yet. */
export function nowhere() {
  return { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
}

/** Let a box contain a pixel. */
export function include(box, x, y) {
  if (x < box.left) box.left = x;
  if (x >= box.right) box.right = x + 1;
  if (y < box.top) box.top = y;
  if (y >= box.bottom) box.bottom = y + 1;
}

/** The weight of a pixel by its distance from the place that is looked at, and where it ends. */
export const BOX = { reach: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) };
export const BILINEAR = { reach: 1, weight: (x) => Math.max(1 - Math.abs(x), 0) };
export const BICUBIC = { reach: 2, weight: cubic };

function cubic(x) {
  const a = -0.5;
  const d = Math.abs(x);
  if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? (((d - 5) * d + 8) * d - 4) * a : 0;
}

/** Return a picture at another size; `whole` rounds to pixels 0..255 after each direction. */
export function resized(picture, width, height, filter, { whole = false } = {}) {
  const across = resizedAcross(picture, width, filter, whole).turned();
  return resizedAcross(across, height, filter, whole).turned();
}

function resizedAcross(picture, width, filter, whole) {
  const result = new Grey(width, picture.height);
  const scale = picture.width / width;
  const stretch = Math.max(scale, 1); // where a picture shrinks, the filter grows with it
  const reach = filter.reach * stretch;
  for (let x = 0; x < width; x++) {
    const centre = (x + 0.5) * scale;
    const first = Math.max(Math.trunc(centre - reach + 0.5), 0);
    const last = Math.min(Math.trunc(centre + reach + 0.5), picture.width);
    const weights = [];
    for (let from = first; from < last; from++) {
      weights.push(filter.weight((from - centre + 0.5) / stretch));
    }
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (let y = 0; y < picture.height; y++) {
      const start = y * picture.width + first;
      let sum = 0;
      for (let at = 0; at < weights.length; at++) sum += weights[at] * picture.values[start + at];
      const value = sum / total;
      result.values[y * width + x] = whole ? byte(Math.floor(value + 0.5)) : value;
    }
  }
  return result;
}

/** Return a number as the nearest of 0..255. */
function byte(number) {
  return Math.min(Math.max(number, 0), 255);
}

/** Return the means of blocks of `factor` × `factor`; those at the far edges may be smaller. */
export function reduced(picture, factor, { whole = false } = {}) {
  const width = Math.ceil(picture.width / factor);
  const height = Math.ceil(picture.height / factor);
  const result = new Grey(width, height);
  for (let y = 0; y < height; y++) {
    const bottom = Math.min((y + 1) * factor, picture.height);
    for (let x = 0; x < width; x++) {
      const right = Math.min((x + 1) * factor, picture.width);
      let sum = 0;
      for (let row = y * factor; row < bottom; row++) {
        for (let column = x * factor; column < right; column++) {
          sum += picture.values[row * picture.width + column];
        }
      }
      const mean = sum / ((bottom - y * factor) * (right - x * factor));
      result.values[y * width + x] = whole ? Math.floor(mean + 0.5) : mean;
    }
  }
  return result;
}

/** Return the largest value in the square of `reach` pixels around each pixel. */
export function widened(picture, reach) {
  const { width, height } = picture;
  const across = largest(picture.values, height, width, width, 1, reach);
  return new Grey(width, height, largest(across, width, height, 1, width, reach));
}

/**
 * Return the largest of each number's neighbours in its line; `step` leads from one to the next.
 *
 * A maximum over `span` numbers and its shifted copy make one over up to 2·span, so the work grows
 * with the logarithm of `reach`.
 */
function largest(values, lines, length, nextLine, step, reach) {
  const result = new values.constructor(values.length);
  const row = new values.constructor(length + 2 * reach); // the ends of a line are repeated
  const whole = 2 * reach + 1;
  for (let line = 0; line < lines; line++) {
    const start = line * nextLine;
    for (let place = 0; place < row.length; place++) {
      row[place] = values[start + Math.min(Math.max(place - reach, 0), length - 1) * step];
    }
    for (let span = 1, left = row.length; span < whole; ) {
      const shift = Math.min(span, whole - span);
      left -= shift;
      for (let at = 0; at < left; at++) if (row[at + shift] > row[at]) row[at] = row[at + shift];
      span += shift;
    }
    for (let place = 0; place < length; place++) result[start + place * step] = row[place];
  }
  return result;
}

/** Return the value below which `percent` of the numbers lie, between two of them if need be. */
export function percentile(numbers, percent) {
  const sorted = new Float64Array(numbers).sort();
  const place = ((sorted.length - 1) * percent) / 100;
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

/** Return the nearest whole number; of two as near, the even one. */
export function rounded(number) {
  const below = Math.floor(number);
  const rest = number - below;
  return rest < 0.5 || (rest === 0.5 && below % 2 === 0) ? below : below + 1;
}
