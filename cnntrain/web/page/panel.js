/** The panel that shows the arithmetic of the number that was touched. */

import { forward, isOutput } from "page/arithmetic.js";
import { backward, gradient } from "page/backward.js";
import { button, element, number } from "page/dom.js";

export class Panel {
  /** Take the app whose numbers are shown. */
  constructor(app) {
    this.app = app;
    this.title = element("h4", { tabindex: -1 });
    this.rule = element("p", { class: "rule" });
    this.body = element("div", { class: "arithmetic-body" });
    this.directions = ["forward", "backward"].map((direction) =>
      button(direction === "forward" ? "forward: y" : "on the way back: ∂E/∂y", () =>
        app.turn(direction),
      ),
    );
    this.labels = element(
      "select",
      { onchange: () => app.setLabel(Number(this.labels.value)) },
      ...app.description.classes.map((name, k) => element("option", { value: k }, name)),
    );
    this.labelled = element("label", { class: "label" }, "true class ", this.labels);
    const close = button("Close", () => app.close(), { class: "close" });
    const arrows = Object.entries({ "←": [0, -1], "↑": [-1, 0], "↓": [1, 0], "→": [0, 1] }).map(
      ([sign, [down, right]]) => {
        const label = `move the pixel ${{ "←": "left", "↑": "up", "↓": "down", "→": "right" }[sign]}`;
        return button(sign, () => app.move(down, right), { "aria-label": label, class: "arrow" });
      },
    );
    this.element = element(
      "section",
      { class: "arithmetic", "aria-label": "Arithmetic", hidden: true },
      element(
        "div",
        { class: "bar-of-buttons" },
        ...this.directions,
        this.labelled,
        ...arrows,
        close,
      ),
      this.title,
      this.rule,
      this.body,
    );
  }

  /** Show the number that is looked at, or the weight that is followed. */
  show() {
    const { app } = this;
    this.element.hidden = app.looked === null;
    if (app.looked === null) return;
    const { layer, at } = app.looked;
    const back = app.direction === "backward";
    this.directions[0].setAttribute("aria-pressed", String(!back));
    this.directions[1].setAttribute("aria-pressed", String(back));
    this.labelled.hidden = !back || app.hasOwnTargets;
    this.labels.value = String(app.label);
    const followed = back ? app.followed : null;
    const { names } = app;
    const description = app.description.layers[followed ? followed.layer : layer];
    let rule = ["", ""];
    if (followed) {
      const { part } = followed;
      const value = app.learner.layers[followed.layer].parameters[part].gradient[followed.at];
      this.title.textContent = `${names.gradient(followed.layer, part, followed.at)} = ${number(value)}`;
    } else if (back) {
      const value = app.learner.errors[layer][at];
      this.title.textContent = `${names.error(layer, at)} = ${number(value)}`;
      rule = app.description.layers[layer + 1]?.formulas.backward ?? [
        "The loss, and its derivative",
        "",
      ];
    } else {
      this.title.textContent = `${names.output(layer, at)} = ${number(app.network.outputs[layer][at])}`;
      rule = description.formulas.forward ?? ["What the network is given", ""];
    }
    this.rule.replaceChildren(rule[0], element("code", {}, rule[1]));
    this.rule.hidden = rule[0] === "";
    this.body.replaceChildren(
      ...(followed
        ? gradient(app, followed)
        : back
          ? backward(app, layer, at)
          : forward(app, layer, at)),
      this.hint(back, layer) ?? "",
    );
  }

  /** Return what is different on the way back, where layers compute otherwise while training. */
  training() {
    const kinds = this.app.description.layers.map(({ kind }) => kind);
    const said = [];
    if (kinds.includes("batch_norm"))
      said.push("batch_norm takes the mean and variance of this image");
    if (kinds.includes("dropout")) said.push("dropout switches numbers off");
    if (said.length === 0) return null;
    const text = `The way back starts from a pass as in training: in it, ${said.join(", and ")}.`;
    return element("p", { class: "hint" }, text);
  }

  /** Return what can be touched next. */
  hint(back, layer) {
    if (back) return this.training();
    const out = isOutput(this.app, layer);
    const text = out
      ? "Touch “on the way back” to see the loss of this output."
      : "Touch a number of x to see where it comes from, a weight to see its gradient.";
    return element("p", { class: "hint instructions" }, text);
  }
}
