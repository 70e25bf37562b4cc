/** The input of a network that takes numbers instead of pictures. */

import { button, element } from "page/dom.js";

/** Numbers in fields. */
export class NumbersInput {
  constructor({ shape }, samples, changed) {
    this.samples = samples;
    this.sample = 0;
    this.values = Float64Array.from(samples[0].values);
    this.fields = [...this.values].map((value, at) =>
      element("input", {
        type: "number",
        step: "any",
        value: String(value),
        oninput: () => {
          this.sample = null;
          changed();
        },
        "aria-label": `input ${at + 1} of ${shape[0]}`,
      }),
    );
    const choose = samples.map((_, at) => button(`Example ${at + 1}`, () => this.take(at)));
    this.element = element(
      "div",
      { class: "numbers" },
      ...this.fields.map((field, at) => element("label", {}, `input ${at + 1} `, field)),
      element("div", { class: "buttons" }, ...(samples.length ? choose : [])),
    );
    this.changed = changed;
  }

  /** Take the numbers of an example. */
  take(sample) {
    this.sample = sample;
    this.fields.forEach((field, at) => (field.value = String(this.samples[sample].values[at])));
    this.changed();
  }

  /** Read the fields; what is no number counts as 0. */
  read() {
    this.values = Float64Array.from(this.fields, (field) => Number(field.value) || 0);
    return this.values;
  }

  /** There is nothing to draw. */
  refresh() {}

  /** There is nothing to point at. */
  mark() {}
}
