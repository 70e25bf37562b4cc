/** Making elements, numbers and names that the page shows. */

/** Return an element with attributes and children; those that are null are left out. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** Return a button. */
export function button(text, onclick, attributes = {}) {
  return element("button", { type: "button", onclick, ...attributes }, text);
}

/** Return a number with nine digits at most, as `trace` writes it, but for a proper minus. */
export function number(value, digits = 9) {
  if (value === 0 || !Number.isFinite(value)) return minus(String(value + 0));
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  if (exponent < -4 || exponent >= digits) return minus(`${shortened(mantissa)}e${exponent}`);
  return minus(shortened(value.toFixed(digits - 1 - exponent)));
}

/** Return a decimal number without zeros at its end. */
function shortened(text) {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** Return a number with this many digits after the point. */
export function fixed(value, digits) {
  const text = value.toFixed(digits);
  return minus(Number(text) === 0 ? text.replace("-", "") : text);
}

function minus(text) {
  return text.replaceAll("-", "−");
}

/** Return [0,8,12] for a place in a shape [C, H, W]; only [7] where maps are single numbers. */
export function brackets(place, shape) {
  return `[${(isVector(shape) ? place.slice(0, 1) : place).join(",")}]`;
}

/** Return whether the maps of a shape are single numbers. */
export function isVector([, rows, columns]) {
  return rows === 1 && columns === 1;
}

/** Return map, row and column of a place in a flat array. */
export function placeOf(at, [, rows, columns]) {
  const inMap = at % (rows * columns);
  return [Math.floor(at / (rows * columns)), Math.floor(inMap / columns), inMap % columns];
}

/** Return the place in a flat array of a map, row and column. */
export function indexOf([map, row, column], [, rows, columns]) {
  return (map * rows + row) * columns + column;
}

/** Return 6×24×24; only 10 where maps are single numbers. */
export function sizes(shape) {
  return isVector(shape) ? String(shape[0]) : shape.join("×");
}
