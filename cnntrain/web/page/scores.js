/** The scores: a bar for each class, and the answer. */

import { element } from "page/dom.js";

export class Scores {
  /** Take the names of the classes. */
  constructor(classes) {
    this.classes = classes;
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
      row.classList.toggle("best", k === best && !blank);
      bar.style.setProperty("--share", blank ? 0 : probabilities[k]);
      share.textContent = blank ? "" : percent(probabilities[k]);
    });
    const said = blank ? "" : `${this.classes[best]}`;
    const sure = blank ? "" : percent(probabilities[best]);
    if (this.said === `${said} ${sure}`) return;
    this.said = `${said} ${sure}`;
    this.answer.replaceChildren(
      ...(blank
        ? [element("span", { class: "hint" }, "Draw something")]
        : [element("b", {}, said), element("span", {}, ` ${sure}`)]),
    );
  }
}

function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}
