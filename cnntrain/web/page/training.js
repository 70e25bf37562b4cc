/** Training, step by step: every weight follows its gradient, and some are shown doing so. */

import { UPDATES } from "engine/updates.js";
import { curveOf } from "page/curve.js";
import { button, element, number } from "page/dom.js";

const FRAME = 25; // milliseconds of computing between two pictures of a long training

export class Training {
  /** Take the app whose network is trained, on all of its samples as one batch. */
  constructor(app) {
    this.app = app;
    this.images = joined(app.samples.map(({ values }) => values));
    this.targets = joined(app.samples.map(({ targets }) => targets));
    this.learner = app.network.twin();
    this.parameters = this.learner.layers.flatMap((layer, at) =>
      Object.entries(layer.parameters).map(([part, parameter]) => ({
        layer: at,
        part,
        rate: app.description.layers[at].rate,
        ...parameter,
      })),
    );
    this.start = this.parameters.map(({ value }) => value.slice());
    const steps = (count) =>
      button(count === 1 ? "Step" : `${count.toLocaleString("en")} steps`, () => this.go(count));
    this.buttons = [1, 10, 100, 1000].map(steps);
    this.back = button("Back to the start", () => this.reset());
    this.facts = element("p", { class: "facts-line", "aria-live": "polite" });
    this.curve = element("div", { class: "curve" });
    this.table = element("tbody", {});
    const ends = this.isPlain()
      ? ["gradient", "", "after"]
      : ["direction", "", "after", "gradient"];
    const titles = ["weight", "before", "rate", ...ends];
    const head = titles.map((title) => element("th", { scope: "col" }, title));
    this.element = element(
      "div",
      { class: "training" },
      element("div", { class: "bar-of-buttons" }, ...this.buttons, this.back),
      this.facts,
      this.curve,
      element(
        "div",
        { class: "wide" },
        element(
          "table",
          { class: "sum steps" },
          element("thead", {}, element("tr", {}, ...head)),
          this.table,
        ),
      ),
    );
    this.begin();
  }

  /** Begin with the weights as they are, and a rule that has taken no step. */
  begin() {
    const { kind, options } = this.app.description.update;
    this.learnt = this.parameters.filter(({ frozen }) => !frozen);
    const slots = this.learnt.map(({ rate, ...slot }) => ({ ...slot, rate: rate.value }));
    this.rule = new UPDATES[kind](options, slots);
    this.losses = [];
    this.lookAhead();
    this.show(null);
  }

  /** Return whether a step was taken. */
  get begun() {
    return this.losses.length > 1;
  }

  /** Return whether the loss is still a number. */
  isFinite() {
    return Number.isFinite(this.losses.at(-1));
  }

  /** Return whether weights follow the gradient itself. */
  isPlain() {
    const { kind, options } = this.app.description.update;
    const { momentum, weight_decay, clip_norm } = options;
    return kind === "sgd" && momentum === 0 && weight_decay === 0 && clip_norm === null;
  }

  /** Compute the loss of the batch, all gradients, and the directions of the coming step. */
  lookAhead() {
    const count = this.app.samples.length;
    this.losses.push(this.learner.backpropagate(this.images, this.targets, count).loss);
    this.directions = this.rule.directions();
  }

  /** Take a number of steps, and show the last; between pictures, as many as there is time for. */
  go(count) {
    const began = performance.now();
    let changes = null;
    let left = count;
    while (left > 0 && performance.now() - began < FRAME) {
      changes = this.step();
      left = this.isFinite() ? left - 1 : 0;
    }
    this.show(changes);
    this.app.update();
    for (const each of this.buttons) each.disabled = left > 0 || !this.isFinite();
    if (left > 0) this.going = requestAnimationFrame(() => this.go(left));
  }

  /**
   * Take one step: weight − rate·direction = new weight, all gradients taken before any update.
   *
   * Returns what became of the weights that are shown.
   */
  step() {
    const changes = this.watched().map((watched) => this.changeOf(watched));
    this.rule.update(this.directions);
    this.lookAhead();
    return changes;
  }

  /** Return what the next step does to a weight. */
  changeOf({ at, parameter }) {
    const { layer, part, rate, value, gradient, frozen } = parameter;
    const change = { layer, part, at, rate, frozen, before: value[at], gradient: gradient[at] };
    if (frozen) return change;
    const direction = this.directions[this.learnt.indexOf(parameter)][at];
    return { ...change, direction, after: value[at] - rate.value * direction };
  }

  /** Return the weights to show: all of a small network, else of each array the one looked at. */
  watched() {
    this.shown ??= this.parameters.map(({ gradient }) => strongest(gradient));
    const { followed, description } = this.app;
    return this.parameters.flatMap((parameter, number) => {
      const { layer, part, value } = parameter;
      if (description.symbols.small) return [...value.keys()].map((at) => ({ parameter, at }));
      if (followed?.layer === layer && followed.part === part) this.shown[number] = followed.at;
      return [{ parameter, at: this.shown[number] }];
    });
  }

  /** Show what a step did; before the first, what it would do. */
  show(changes) {
    const rows = (changes ?? this.watched().map((each) => this.changeOf(each))).map((change) =>
      this.row(change, changes !== null),
    );
    this.table.replaceChildren(...rows);
    const steps = this.losses.length - 1;
    const before = this.losses.at(-2);
    const after = `E = ${number(this.losses.at(-1))}`;
    this.facts.textContent =
      steps === 0
        ? `Before the first step: ${after}. The table shows what it will do.`
        : `After ${steps} ${steps === 1 ? "step" : "steps"}: ${after}, before the last ${number(before)}.`;
    if (!this.isFinite())
      this.facts.textContent += " The rates are too high: go back to the start.";
    this.back.disabled = steps === 0;
    this.curve.innerHTML = curveOf(this.losses);
  }

  /** Return a row: weight − rate·direction = new weight; then the gradient where that is another. */
  row({ layer, part, at, rate, frozen, before, gradient, direction, after }, done) {
    const { names } = this.app;
    const slope = names.gradient(layer, part, at);
    const cells = frozen
      ? [[number(before)], [""], [""], [""], ["frozen"]]
      : [
          [number(before)],
          [number(rate.value), rate.name],
          [number(direction), this.isPlain() ? slope : null],
          ["="],
          [number(after)],
        ];
    if (!this.isPlain()) cells.push(frozen ? [""] : [number(gradient), slope]);
    return element(
      "tr",
      { class: frozen ? "frozen" : done ? null : "planned" },
      element("th", { scope: "row" }, names.parameter(layer, part, at)),
      ...cells.map(([text, title = null]) => element("td", { title }, text)),
    );
  }

  /** Put all weights back to what they were. */
  reset() {
    cancelAnimationFrame(this.going);
    this.parameters.forEach(({ value }, number) => value.set(this.start[number]));
    this.begin();
    this.app.update();
    for (const each of this.buttons) each.disabled = false;
  }
}

/** Return arrays one after the other in one. */
function joined(arrays) {
  return Float64Array.from(arrays.flatMap((array) => [...array]));
}

/** Return the place of the largest number, whatever its sign. */
function strongest(numbers) {
  return numbers.reduce(
    (best, each, at) => (Math.abs(each) > Math.abs(numbers[best]) ? at : best),
    0,
  );
}
