/** The network, alive: what is drawn goes through it at once, and all of it is shown. */

import { Network, unpacked } from "engine/network.js";
import { inputFor } from "page/input.js";
import { Maps } from "page/maps.js";
import { Scores } from "page/scores.js";

/** Fill in the parts of the page, and keep them up to date. Returns the app, for those who look. */
export function start(root, description) {
  const app = new App(root, description);
  app.refresh();
  return app;
}

class App {
  constructor(root, description) {
    this.description = description;
    this.network = new Network(description);
    const samples = description.samples.map((sample) => ({
      label: sample.label,
      values: unpacked(sample.image),
      targets: unpacked(sample.targets),
    }));
    this.input = inputFor(description.input, samples, () => this.schedule());
    this.scores = new Scores(description.classes);
    this.maps = new Maps(description.layers, (layer, index) => this.choose(layer, index));
    const part = (name) => root.querySelector(`[data-part="${name}"]`);
    part("input").append(this.input.element);
    part("scores").append(this.scores.element);
    part("layers").append(this.maps.element);
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
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.refresh());
  }

  /** Compute before the next frame is shown, however many strokes there are until then. */
  schedule() {
    this.waiting ??= requestAnimationFrame(() => {
      this.waiting = null;
      this.update();
    });
  }

  /** Compute, and show the outcome. */
  update() {
    const values = this.input.read();
    const outputs = this.network.forward(values);
    const blank = this.description.input.kind !== "numbers" && values.every((value) => value === 0);
    this.scores.show(this.network.probabilities(outputs), blank);
    this.maps.draw(this.network.outputs);
  }

  /** Fit everything to the page, and draw it anew. */
  refresh() {
    this.maps.fit();
    this.input.refresh();
    this.update();
  }

  /** Look at one number of one layer. */
  choose(layer, index) {
    this.maps.say(layer, index);
  }
}
