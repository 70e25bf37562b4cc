/** The network, alive: what is drawn goes through it at once, and all of it is shown. */

import { Network, unpacked } from "engine/network.js";
import { palette } from "page/colours.js";
import { indexOf, placeOf } from "page/dom.js";
import { inputFor } from "page/input.js";
import { Maps } from "page/maps.js";
import { Names } from "page/names.js";
import { Panel } from "page/panel.js";
import { fieldsOf } from "page/receptive.js";
import { Scores } from "page/scores.js";
import { Training } from "page/training.js";

/** Fill in the parts of the page, and keep them up to date. Returns the app, for those who look. */
export function start(root, description) {
  const app = new App(root, description);
  app.refresh();
  return app;
}

class App {
  looked = null; // {layer, at}: the number whose arithmetic is shown
  direction = "forward"; // or backward: of it, or of the error there
  followed = null; // {layer, part, at}: the weight whose gradient is shown
  map = null; // of a convolution's input maps the one whose products are shown; null: the strongest
  chosenLabel = null; // the true class that the user has chosen

  constructor(root, description) {
    Object.assign(this, { root, description });
    this.network = new Network(description);
    this.learner = this.network.twin(); // computes as in training
    this.names = new Names(description);
    this.samples = description.samples.map((sample) => ({
      label: sample.label,
      values: imageOf(sample.image),
      targets: unpacked(sample.targets),
    }));
    this.input = inputFor(description.input, this.samples, () => this.given());
    this.scores = new Scores(description.classes, description.doubts);
    this.maps = new Maps(description.layers, description.classes, {
      chosen: (layer, at) => this.look(layer, at, this.direction),
      moved: (layer, at) => this.moved(layer, at),
    });
    this.panel = new Panel(this);
    const part = (name) => root.querySelector(`[data-part="${name}"]`);
    part("input").append(this.input.element);
    part("scores").append(this.scores.element);
    part("layers").append(this.maps.element);
    if (part("training")) {
      this.training = new Training(this);
      part("training").append(this.training.element);
    }
    this.watch();
  }

  /** Draw anew when the width or the colours of the page change. */
  watch() {
    let width = 0;
    new ResizeObserver(() => {
      if (this.maps.element.clientWidth === width) return;
      width = this.maps.element.clientWidth;
      this.refresh();
    }).observe(this.maps.element);
    for (const query of ["(prefers-color-scheme: dark)", "print"]) {
      matchMedia(query).addEventListener("change", () => this.refresh());
    }
  }

  /** Compute before the next frame is shown, however many strokes there are until then. */
  given() {
    this.waiting ??= requestAnimationFrame(() => {
      this.waiting = null;
      this.update();
    });
  }

  /** Fit everything to the page, and draw it anew. */
  refresh() {
    this.colours = palette();
    this.maps.fit();
    this.input.refresh();
    this.update();
    if (matchMedia("print").matches) this.maps.drawRest();
  }

  /** Compute, and show the outcome. */
  update() {
    const values = this.input.read();
    const blank = this.description.input.kind !== "numbers" && values.every((value) => value === 0);
    this.shares = this.network.probabilities(this.network.forward(values));
    this.scores.show(this.shares, blank);
    this.root.classList.toggle("untouched", blank && !this.training?.begun);
    this.show();
  }

  /** Show the numbers, or the errors on their way back, and the arithmetic that is looked at. */
  show() {
    const back = this.looked !== null && this.direction === "backward";
    if (back) this.backpropagate();
    this.maps.draw(back ? this.learner.errors : this.network.outputs, this.colours, back);
    this.panel.show();
    this.pointOut();
  }

  /** Compute the loss and all gradients for what is given, as a batch of one image. */
  backpropagate() {
    const { loss, parts } = this.learner.backpropagate(this.input.values, this.targets);
    Object.assign(this, { loss, parts });
  }

  /** Return what the outputs should be. */
  get targets() {
    if (this.hasOwnTargets) return this.samples[this.input.sample ?? 0].targets;
    return Float64Array.from(this.description.classes, (_, k) => (k === this.label ? 1 : 0));
  }

  /** Return whether the targets are numbers of the data, not a class. */
  get hasOwnTargets() {
    return this.description.input.kind === "numbers";
  }

  /** Return the true class: the one chosen, or that of the sample, or else the answer. */
  get label() {
    const sample = this.samples[this.input.sample];
    if (this.chosenLabel !== null) return this.chosenLabel;
    if (sample) return this.description.classes.indexOf(sample.label);
    return this.shares.indexOf(Math.max(...this.shares));
  }

  /** Take a class for the true one. */
  setLabel(label) {
    this.chosenLabel = label;
    this.show();
  }

  /** Show how a number, or the error there, comes about. */
  look(layer, at, direction = "forward") {
    const isOther = this.looked?.layer !== layer;
    if (isOther || this.direction !== direction) this.map = null;
    Object.assign(this, { looked: { layer, at }, direction, followed: null });
    this.maps.place(layer, this.panel.element);
    this.maps.say(layer, at);
    this.show();
    if (isOther) this.panel.element.scrollIntoView({ block: "nearest" });
  }

  /** Return a function that looks at a number. */
  to(layer, at, direction = "forward") {
    return () => this.look(layer, at, direction);
  }

  /** Look at the number beside the one that is looked at. */
  move(down, right) {
    const { layer, at } = this.looked;
    const shape = this.network.layers[layer].outShape;
    const [map, row, column] = placeOf(at, shape);
    const vector = shape[1] === 1 && shape[2] === 1;
    const to = vector ? [map + down + right, 0, 0] : [map, row + down, column + right];
    if (to.every((place, axis) => place >= 0 && place < shape[axis])) {
      this.look(layer, indexOf(to, shape), this.direction);
    }
  }

  /** Follow the cursor of a layer's maps; arithmetic that is open goes along. */
  moved(layer, at) {
    if (this.looked?.layer === layer) this.look(layer, at, this.direction);
    else this.maps.say(layer, at);
  }

  /** Look in the other direction. */
  turn(direction) {
    Object.assign(this, { direction, followed: null, map: null });
    this.show();
  }

  /** Show how the gradient of a weight comes about. */
  follow(layer, part, at) {
    Object.assign(this, { followed: { layer, part, at }, direction: "backward", map: null });
    this.show();
  }

  /** Return whether it is this weight whose gradient is shown. */
  isFollowed(layer, part, at) {
    const { followed } = this;
    return followed?.layer === layer && followed.part === part && followed.at === at;
  }

  /** Return the map to show of several with these sums: the one chosen, or the strongest. */
  mapShown(sums) {
    if (this.map !== null) return this.map;
    return sums.reduce((best, sum, c) => (Math.abs(sum) > Math.abs(sums[best]) ? c : best), 0);
  }

  /** Show the products of this map. */
  showMap(map) {
    this.map = map;
    this.panel.show();
  }

  /** Close the arithmetic. */
  close() {
    const { layer } = this.looked;
    Object.assign(this, { looked: null, followed: null, direction: "forward" });
    this.show();
    this.maps.focus(layer);
  }

  /** Mark the pixel that is looked at, and below it all that it depends on, down to the drawing. */
  pointOut() {
    const fields = this.looked ? fieldsOf(this.network.layers, this.looked) : [];
    this.maps.pointOut(fields, this.looked);
    this.input.mark(fields[0]?.[0] ?? null);
  }
}

/** Return an image as a network sees it: pixels, which are bytes, from 0 to 1; other numbers as they are. */
function imageOf(array) {
  const values = unpacked(array);
  return array.dtype === "uint8" ? Float64Array.from(values, (byte) => byte / 255) : values;
}
