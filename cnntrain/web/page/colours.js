/** Colours of numbers: the page's paper for 0, ink for positive; two colours where some are negative. */

const NAMES = { zero: "--paper", positive: "--ink", low: "--low", high: "--high" };

/** Return the page's colours, as the style has them now: [red, green, blue] by name. */
export function palette() {
  const style = getComputedStyle(document.querySelector(".alive"));
  return Object.fromEntries(
    Object.entries(NAMES).map(([name, variable]) => [
      name,
      parsed(style.getPropertyValue(variable)),
    ]),
  );
}

/** Return red, green and blue of #abc or #aabbcc. */
function parsed(colour) {
  const digits = colour.trim().slice(1);
  const pairs =
    digits.length === 3 ? [...digits].map((digit) => digit + digit) : digits.match(/../g);
  return pairs.map((pair) => parseInt(pair, 16));
}

/** What numbers are coloured by: the largest of them, and whether there are negative ones. */
export function scaleOf(values) {
  let limit = 0;
  let signed = false;
  for (const value of values) {
    limit = Math.max(limit, Math.abs(value));
    signed ||= value < 0;
  }
  return { limit: limit || 1, signed };
}

/** Return red, green and blue for a number. */
function colourOf(value, { limit, signed }, colours) {
  const share = Math.min(Math.abs(value) / limit, 1);
  const full = signed ? (value < 0 ? colours.low : colours.high) : colours.positive;
  return colours.zero.map((zero, at) => Math.round(zero + share * (full[at] - zero)));
}

const SHADES = 255; // on each side of 0

/** Return a function from numbers to colours as the four bytes of a pixel, read as one number. */
export function shadesOf(scale, colours) {
  const bytes = new Uint8ClampedArray(4 * (2 * SHADES + 1));
  for (let shade = -SHADES; shade <= SHADES; shade++) {
    const colour = colourOf((shade / SHADES) * scale.limit, scale, colours);
    bytes.set([...colour, 255], 4 * (shade + SHADES));
  }
  const pixels = new Uint32Array(bytes.buffer);
  const factor = SHADES / scale.limit;
  return (value) => pixels[Math.round(value * factor) + SHADES];
}

/** Return a CSS colour in which text can be read on the colour of a number. */
export function textOn(value, scale, colours) {
  const [red, green, blue] = colourOf(value, scale, colours);
  return 0.299 * red + 0.587 * green + 0.114 * blue > 140 ? "#000" : "#fff";
}

/** Return a style with the colour of a number, and one in which text can be read on it. */
export function style(value, scale, colours) {
  const [red, green, blue] = colourOf(value, scale, colours);
  return `background:rgb(${red} ${green} ${blue});color:${textOn(value, scale, colours)}`;
}
