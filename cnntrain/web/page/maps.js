/** Every layer of the network with its maps, from the input to the outputs. */

import { palette, scaleOf } from "page/colours.js";
import { element, isVector, number, placeOf, sizes } from "page/dom.js";
import { Tiles } from "page/tiles.js";

export class Maps {
  /** Take the layers of a description; `chosen(layer, index)` is called when a pixel is touched. */
  constructor(layers, chosen) {
    this.said = element("p", { class: "unseen", "aria-live": "polite" });
    this.views = layers.map((layer, at) => new View(layer, (index) => chosen(at, index)));
    this.element = element("div", { class: "maps" }, ...this.views.map((view) => view.element));
    this.element.append(this.said);
  }

  /** Fit all maps into the width that there is. */
  fit() {
    const width = this.element.clientWidth;
    for (const { tiles } of this.views) tiles.fit(width);
  }

  /** Show the numbers of every layer. */
  draw(arrays) {
    const colours = palette();
    this.views.forEach((view, at) => view.draw(arrays[at], colours));
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
  constructor(layer, chosen) {
    this.layer = layer;
    const maps = isVector(layer.outShape) ? "numbers" : "maps";
    const label =
      `${layer.name}: ${layer.outShape[0]} ${maps} of ${sizes(layer.outShape)}. ` +
      "Arrow keys move, Page Up and Page Down change the map, Enter shows the arithmetic.";
    this.tiles = new Tiles(layer.outShape, label, chosen);
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
        element("p", {}, sentence.split("; ")[0]),
        this.legend,
      ),
      this.tiles.canvas,
    );
  }

  /** Show numbers, and the range that the colours stand for. */
  draw(values, colours) {
    const scale = scaleOf(values);
    this.low.textContent = scale.signed ? number(-scale.limit, 3) : "0";
    this.high.textContent = number(scale.limit, 3);
    this.legend.classList.toggle("signed", scale.signed);
    this.tiles.draw(values, scale, colours);
  }
}
