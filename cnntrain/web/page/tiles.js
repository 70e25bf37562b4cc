/** The maps of one layer, side by side on a canvas, with a pixel that can be chosen. */

import { scaleOf, shadesOf, textOn } from "page/colours.js";
import { fixed, placeOf } from "page/dom.js";
import { Layout } from "page/layout.js";

export class Tiles {
  /**
   * Take the shape [C, H, W] of the maps, and titles for them, if there are any.
   *
   * `chosen(index)` is called when a pixel is touched, `moved(index)` when a key has moved to one.
   */
  constructor(shape, label, { chosen, moved, titles }) {
    Object.assign(this, { shape, chosen, moved, titles });
    this.cursor = null; // index of the pixel that is looked at
    this.marks = []; // boxes {map, top, left, bottom, right} that are pointed out
    this.values = null;
    this.small = document.createElement("canvas"); // a pixel for each number
    this.canvas = document.createElement("canvas");
    this.canvas.className = "tiles";
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "application");
    this.canvas.setAttribute("aria-label", label);
    // A mouse chooses where it goes down; a finger may go down to scroll, and chooses by a tap.
    const isMouse = ({ pointerType }) => pointerType === "mouse";
    this.canvas.addEventListener("pointerdown", (event) => isMouse(event) && this.point(event));
    this.canvas.addEventListener("click", (event) => isMouse(event) || this.point(event));
    this.canvas.addEventListener("pointermove", (event) => {
      if (isMouse(event) && event.buttons) this.point(event);
    });
    this.canvas.addEventListener("keydown", (event) => this.key(event));
  }

  /** Fit the maps into a width of CSS pixels; `most` is the largest side of a map. */
  fit(width, most) {
    this.layout = new Layout(this.shape, width, { most, titled: Boolean(this.titles) });
    this.canvas.style.width = `${this.layout.width}px`;
    this.canvas.width = Math.round(this.layout.width * devicePixelRatio);
    this.canvas.height = Math.round(this.layout.height * devicePixelRatio);
  }

  /** Show numbers, by a scale of `colours.js`. */
  draw(values, scale, colours) {
    Object.assign(this, { values, scale: scale ?? scaleOf(values), colours });
    const [maps, rows, columns] = this.shape;
    this.small.width = columns;
    this.small.height = maps * rows;
    const small = this.small.getContext("2d");
    const image = small.createImageData(columns, maps * rows);
    const pixels = new Uint32Array(image.data.buffer);
    const shade = shadesOf(this.scale, colours);
    for (let at = 0; at < values.length; at++) pixels[at] = shade(values[at]);
    small.putImageData(image, 0, 0);
    this.refresh();
  }

  /** Put the maps on the canvas, and what is pointed out on them. */
  refresh() {
    if (!this.colours) return;
    const { layout } = this;
    const context = this.canvas.getContext("2d");
    const style = getComputedStyle(this.canvas);
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, layout.width, layout.height);
    context.imageSmoothingEnabled = false;
    context.fillStyle = style.getPropertyValue("--edge");
    const [maps, rows, columns] = this.shape;
    for (let map = 0; map < maps; map++) {
      const { x, y } = layout.corner(map);
      const [width, height] = [layout.mapWidth, layout.mapHeight];
      context.fillRect(x - 1, y - 1, width + 2, height + 2);
      context.drawImage(this.small, 0, map * rows, columns, rows, x, y, width, height);
    }
    if (layout.hasText) this.write(context, style);
    context.strokeStyle = style.getPropertyValue("--mark");
    context.lineWidth = 2;
    for (const box of this.marks) this.frame(context, box);
    if (this.cursor !== null) {
      const [map, top, left] = placeOf(this.cursor, this.shape);
      this.frame(context, { map, top, left, bottom: top + 1, right: left + 1 });
    }
  }

  /** Write each number on its map, below its title. */
  write(context, style) {
    context.textAlign = "center";
    context.textBaseline = "middle";
    this.values.forEach((value, map) => {
      const { x, y } = this.layout.corner(map);
      const { width, height } = this.layout.cell;
      const places = this.titles ? [0.3, 0.72] : [0, 0.52];
      context.fillStyle = textOn(value, this.scale, this.colours);
      context.font = `13px ${style.fontFamily}`;
      context.fillText(written(value), x + width / 2, y + places[1] * height, width - 4);
      if (!this.titles) return;
      context.font = `bold 13px ${style.fontFamily}`;
      context.fillText(this.titles[map], x + width / 2, y + places[0] * height, width - 4);
    });
  }

  /** Draw a frame around a box. */
  frame(context, box) {
    const { x, y, width, height } = this.layout.place(box);
    context.strokeRect(x - 1, y - 1, width + 2, height + 2);
  }

  /** Choose the pixel under a pointer. */
  point(event) {
    const box = this.canvas.getBoundingClientRect();
    const index = this.layout.at(event.clientX - box.left, event.clientY - box.top);
    if (index !== null && (event.type === "pointerdown" || index !== this.cursor))
      this.chosen(index);
  }

  /** Move by the arrow keys, between maps by Page Up and Page Down; Enter chooses. */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.chosen(this.cursor ?? 0);
      return;
    }
    const to = this.layout.beside(this.cursor ?? 0, event.key);
    if (to === undefined) return;
    event.preventDefault();
    this.cursor = to;
    this.refresh();
    this.moved(to);
  }

  /** Point out boxes, and a pixel (or none). */
  pointOut(marks, cursor = null) {
    if (marks.length === 0 && this.marks.length === 0 && cursor === this.cursor) return;
    this.marks = marks;
    this.cursor = cursor;
    this.refresh();
  }
}

/** Return a number in six letters at most. */
function written(value) {
  const size = Math.abs(value);
  if (size !== 0 && size < 0.0005)
    return value.toExponential(0).replace("-", "−").replace("e-", "e−");
  return fixed(value, size >= 100 ? 0 : size >= 10 ? 1 : 3);
}
