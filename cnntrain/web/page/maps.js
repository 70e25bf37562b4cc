/** Every layer of the network with its maps, from the input to the outputs. */

import { scaleOf } from "page/colours.js";
import { element, isVector, number, placeOf, sizes } from "page/dom.js";
import { Tiles } from "page/tiles.js";

const PAUSE = 150; // milliseconds without a change

export class Maps {
  /**
   * Take the layers of a description; `chosen` and `moved` are called with a layer and a place.
   *
   * `classes` are the titles of the last layer's numbers.
   */
  constructor(layers, classes, { chosen, moved }) {
    this.said = element("p", { class: "unseen", "aria-live": "polite" });
    this.views = layers.map((layer, at) => {
      const titles = at === layers.length - 1 ? classes : null;
      const heard = { chosen: (place) => chosen(at, place), moved: (place) => moved(at, place) };
      return new View(layer, { ...heard, titles });
    });
    this.element = element("div", { class: "maps" }, ...this.views.map((view) => view.element));
    this.element.append(this.said);
    this.watch();
  }

  /** Draw what is on the screen, or near it, at once; the rest in a pause, or for the printer. */
  watch() {
    const near = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          const view = this.views.find(({ element }) => element === target);
          view.show(isIntersecting);
        }
      },
      { rootMargin: "50%" },
    );
    for (const { element } of this.views) near.observe(element);
    addEventListener("beforeprint", () => this.drawRest());
  }

  /** Fit all maps into the width that there is. */
  fit() {
    const width = this.element.clientWidth;
    for (const { tiles } of this.views) tiles.fit(width);
  }

  /** Show the numbers of every layer, or the errors there. */
  draw(arrays, colours, areErrors) {
    this.element.classList.toggle("errors", areErrors);
    this.views.forEach((view, at) => view.draw(arrays[at], colours));
    clearTimeout(this.later);
    this.later = setTimeout(() => this.drawRest(), PAUSE);
  }

  /** Draw what is not on the screen, too. */
  drawRest() {
    for (const view of this.views) view.drawWaiting();
  }

  /** Put something below a layer. */
  place(layer, what) {
    const { element } = this.views[layer];
    if (element.nextSibling !== what) element.after(what);
  }

  /** Mark boxes in each layer, and the pixel that is looked at in one. */
  pointOut(fields, looked) {
    this.views.forEach(({ tiles }, at) => {
      if (at === looked?.layer) tiles.pointOut([], looked.at);
      else tiles.pointOut(fields[at] ?? []);
    });
  }

  /** Let the keyboard go on in a layer. */
  focus(layer) {
    this.views[layer].tiles.canvas.focus();
  }

  /** Tell a screen reader where the cursor is. */
  say(layer, index) {
    const { name, outShape } = this.views[layer].layer;
    const place = placeOf(index, outShape);
    const value = number(this.views[layer].tiles.values[index], 4);
    this.said.textContent = isVector(outShape)
      ? `${name}, unit ${place[0]}: ${value}`
      : `${name}, map ${place[0]}, row ${place[1]}, column ${place[2]}: ${value}`;
  }
}

/** One layer: its name, what it does, its maps, and what the colours mean. */
class View {
  shown = true; // on the screen, or near it
  waiting = null; // what draws the numbers that are not shown yet

  constructor(layer, heard) {
    this.layer = layer;
    const [maps, rows, columns] = layer.outShape;
    const what = isVector(layer.outShape)
      ? `${maps} numbers`
      : `${maps} maps of ${rows}×${columns}`;
    const label =
      `${layer.name}: ${what}. ` +
      "Arrow keys move, Page Up and Page Down change the map, Enter shows the arithmetic.";
    this.tiles = new Tiles(layer.outShape, label, heard);
    this.low = element("span", {});
    this.high = element("span", {});
    this.legend = element(
      "p",
      { class: "legend-bar" },
      this.low,
      element("span", { class: "gradient", "aria-hidden": "true" }),
      this.high,
    );
    const [sentence] = layer.formulas.forward ?? ["What the network is given"];
    this.element = element(
      "section",
      { class: "layer", "data-layer": layer.name },
      element(
        "header",
        {},
        element("h3", {}, layer.name, " ", element("small", {}, sizes(layer.outShape))),
        element("p", {}, sentence.split(/[;,]/)[0]),
        this.legend,
      ),
      this.tiles.canvas,
    );
  }

  /** Show numbers, at once or as soon as the layer is on the screen. */
  draw(values, colours) {
    this.tiles.values = values;
    this.waiting = () => this.drawNow(values, colours);
    this.show(this.shown);
  }

  /** Note whether the layer is on the screen. */
  show(shown) {
    this.shown = shown;
    if (shown) this.drawWaiting();
  }

  /** Draw the numbers that are not shown yet. */
  drawWaiting() {
    this.waiting?.();
    this.waiting = null;
  }

  /** Show numbers, and the range that the colours stand for. */
  drawNow(values, colours) {
    const scale = scaleOf(values);
    this.low.textContent = scale.signed ? number(-scale.limit, 3) : "0";
    this.high.textContent = number(scale.limit, 3);
    this.legend.classList.toggle("signed", scale.signed);
    this.tiles.draw(values, scale, colours);
  }
}
