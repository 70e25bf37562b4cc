/** The scores: a bar for each class, and the answer. */

import { element } from "page/dom.js";

export class Scores {
  /**
   * Take the names of the classes, and what `predict` goes by: below the probability `doubtful`, an
   * answer is doubtful; below `noDigit`, there is none. Either may be null.
   */
  constructor(classes, { doubtful, noDigit }) {
    Object.assign(this, { classes, doubtful, noDigit });
    this.answer = element("output", { class: "answer", "aria-live": "polite" });
    this.rows = classes.map((name) => {
      const bar = element("span", { class: "bar", "aria-hidden": "true" });
      const share = element("span", { class: "share" });
      const row = element("li", {}, element("span", { class: "class" }, name), bar, share);
      return { row, bar, share };
    });
    const list = element("ol", { class: "bars" }, ...this.rows.map(({ row }) => row));
    this.element = element("div", { class: "scores" }, this.answer, list);
  }

  /** Show how sure the network is of each class; `blank` if it was given nothing to look at. */
  show(probabilities, blank) {
    const best = probabilities.indexOf(Math.max(...probabilities));
    this.rows.forEach(({ row, bar, share }, k) => {
      row.classList.toggle("best", k === best && !blank && !(probabilities[k] < this.noDigit));
      bar.style.setProperty("--share", blank ? 0 : probabilities[k]);
      share.textContent = blank ? "" : percent(probabilities[k]);
    });
    const parts = blank ? [hint("Draw something")] : this.said(best, probabilities[best]);
    const text = parts.map(({ textContent }) => textContent).join("");
    if (text === this.answer.textContent) return; // a screen reader would say it again
    this.answer.replaceChildren(...parts);
  }

  /** Return what is said of the likeliest class. */
  said(best, probability) {
    if (probability < this.noDigit) {
      const reason = hint(
        `What is there does not look like a digit: ${percent(probability)} at most`,
      );
      return [element("span", {}, "no digit found "), reason];
    }
    const answer = element("b", {}, this.classes[best]);
    const sure = element("span", {}, ` ${percent(probability)}`);
    if (!(probability < this.doubtful)) return [answer, sure];
    return [answer, sure, hint(" (doubtful)")];
  }
}

function hint(text) {
  return element("span", { class: "hint" }, text);
}

function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}
