/** Arithmetic as tables: sums term by term, and windows of numbers. */

import { style } from "page/colours.js";
import { button, element, fixed, number } from "page/dom.js";

const MOST_TERMS = 5; // of a long sum; the others are added up
const SHOWN_IN_FULL = 12; // terms: a sum that is no longer is shown as it is

/**
 * Return a sum of products as a table, the largest terms first, and its lines below: the last is the
 * result.
 *
 * A term is {name, factor, value, go}: `go` is what a touch on its name does. A line is
 * {name, value, go}.
 */
export function sum(terms, lines) {
  const sorted = [...terms].sort((a, b) => Math.abs(product(b)) - Math.abs(product(a)));
  const long = terms.length > SHOWN_IN_FULL;
  const shown = long ? sorted.slice(0, MOST_TERMS) : terms;
  const others = long ? sorted.slice(MOST_TERMS) : [];
  const rows = shown.map((term) =>
    row(named(term), number(term.factor), "·", number(term.value), "=", number(product(term))),
  );
  if (long) {
    const left = others.reduce((total, term) => total + product(term), 0);
    rows.unshift(note(`${terms.length} terms; the largest are`));
    rows.push(row(`the other ${others.length} together`, "", "", "", "=", number(left)));
  }
  return table([...rows, ...lines.slice(0, -1).map(total), total({ ...lines.at(-1), best: true })]);
}

/** Return lines of names and values as a table. */
export function list(lines) {
  return table(lines.map((line) => total(line)));
}

/** Return the same; the last line is the result. */
export function listed(lines) {
  return table([...lines.slice(0, -1), { ...lines.at(-1), best: true }].map((line) => total(line)));
}

/** Return what one line of arithmetic says. */
export function line(text) {
  return element("p", { class: "line" }, text);
}

function product({ factor, value }) {
  return factor * value;
}

function named({ name, go }) {
  return go ? button(name, go, { class: "link" }) : name;
}

function total({ name, value, go, best }) {
  const made = row(named({ name, go }), "", "", "", "=", number(value));
  made.classList.add("total");
  if (best) made.classList.add("best");
  return made;
}

function row(name, ...cells) {
  const head = element("th", { scope: "row" }, name);
  return element("tr", {}, head, ...cells.map((cell) => element("td", {}, cell)));
}

function note(text) {
  return element("tr", {}, element("th", { colspan: 6, class: "hint" }, text));
}

function table(rows) {
  return element("div", { class: "wide" }, element("table", { class: "sum" }, ...rows));
}

/**
 * Return a window of numbers as a table whose cells can be touched, coloured by a scale. Small numbers are
 * counted in a power of ten.
 *
 * `cells` are {value, name, go, best}, row by row. The arrow keys move from cell to cell.
 */
export function grid(title, cells, columns, scale, colours) {
  const power = unitOf(cells);
  const counted = cells.map(({ value }) => value / 10 ** power);
  const largest = Math.max(...counted.map(Math.abs));
  const buttons = cells.map(({ value, name, go, best }, at) =>
    element(
      "button",
      {
        type: "button",
        class: best ? "cell best" : "cell",
        style: style(value, scale, colours),
        tabindex: at === 0 ? 0 : -1,
        disabled: !go,
        "aria-label": `${name} = ${number(value, 4)}`,
        title: `${name} = ${number(value, 6)}`,
        onclick: go ?? (() => {}),
      },
      short(counted[at], largest),
    ),
  );
  const made = element("div", { class: "grid", style: `--columns:${columns}` }, ...buttons);
  made.addEventListener("keydown", (event) => {
    const at = buttons.indexOf(document.activeElement);
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
    const next = buttons[at + steps[event.key]];
    if (at < 0 || !next) return;
    event.preventDefault();
    next.focus();
  });
  const unit = power === 0 ? "" : `, in units of ${number(10 ** power)}`;
  return element("figure", { class: "window" }, element("figcaption", {}, title + unit), made);
}

/** Return the power of ten to count numbers in: 0 unless they are all small, or large. */
function unitOf(cells) {
  const largest = Math.max(...cells.map(({ value }) => Math.abs(value)));
  const power = largest > 0 ? Math.floor(Math.log10(largest)) : 0;
  return power < -1 || power > 2 ? power : 0;
}

/** Return a number in few letters, with as many digits as the largest beside it leaves room for. */
function short(value, largest) {
  return fixed(value, largest >= 100 ? 0 : largest >= 10 ? 1 : 2);
}
