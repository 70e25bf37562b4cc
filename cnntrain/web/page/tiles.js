/** The maps of one layer, side by side on a canvas, with a pixel that can be chosen. */

import { scaleOf, shadesOf } from "page/colours.js";
import { indexOf, isVector, placeOf } from "page/dom.js";

const GAP = 5; // CSS pixels between maps
const SIDE = 68; // CSS pixels of a map, about
const LARGEST = 128;
const UNIT = 22; // of a map that is a single number

export class Tiles {
  /**
   * Take the shape [C, H, W] of the maps. `chosen(index)` is called when a pixel is touched, and
   * `moved(index)` when the arrow keys have moved to one.
   */
  constructor(shape, label, { chosen, moved }) {
    Object.assign(this, { shape, chosen, moved });
    this.cursor = null; // index of the pixel that is looked at
    this.marks = []; // boxes {map, top, left, bottom, right} that are pointed out
    this.values = null;
    this.small = document.createElement("canvas"); // a pixel for each number
    this.canvas = document.createElement("canvas");
    this.canvas.className = "tiles";
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "application");
    this.canvas.setAttribute("aria-label", label);
    this.canvas.addEventListener("pointerdown", (event) => this.point(event));
    this.canvas.addEventListener("pointermove", (event) => event.buttons && this.point(event));
    this.canvas.addEventListener("keydown", (event) => this.key(event));
  }

  /** Fit the maps into a width of CSS pixels: as many beside each other as there is room for. */
  fit(width, most = LARGEST) {
    const [maps, rows, columns] = this.shape;
    const vector = isVector(this.shape);
    const gap = vector ? 2 : GAP;
    const side = vector ? UNIT : SIDE;
    const wanted = Math.max(1, Math.min(maps, Math.floor((width + gap) / (side + gap))));
    this.across = vector ? wanted : Math.ceil(maps / Math.ceil(maps / wanted));
    const room = (width + gap) / this.across - gap;
    const largest = vector ? UNIT : most;
    this.scale = Math.max(
      1,
      Math.floor(Math.min(room / columns, largest / Math.max(rows, columns))),
    );
    this.gap = gap;
    const down = Math.ceil(maps / this.across);
    this.width = this.across * (columns * this.scale + gap) - gap;
    this.height = down * (rows * this.scale + gap) - gap;
    this.canvas.style.width = `${this.width}px`;
    this.canvas.style.height = `${this.height}px`;
    this.canvas.width = Math.round(this.width * devicePixelRatio);
    this.canvas.height = Math.round(this.height * devicePixelRatio);
  }

  /** Show numbers, by a scale of `colours.js`. */
  draw(values, scale, colours) {
    Object.assign(this, { values, colourScale: scale ?? scaleOf(values), colours });
    const [maps, rows, columns] = this.shape;
    this.small.width = columns;
    this.small.height = maps * rows;
    const small = this.small.getContext("2d");
    const image = small.createImageData(columns, maps * rows);
    const pixels = new Uint32Array(image.data.buffer);
    const shade = shadesOf(this.colourScale, colours);
    for (let at = 0; at < values.length; at++) pixels[at] = shade(values[at]);
    small.putImageData(image, 0, 0);
    this.refresh();
  }

  /** Put the maps on the canvas, and what is pointed out on them. */
  refresh() {
    if (!this.values) return;
    const context = this.canvas.getContext("2d");
    const [maps, rows, columns] = this.shape;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    context.imageSmoothingEnabled = false;
    for (let map = 0; map < maps; map++) {
      const { x, y } = this.cornerOf(map);
      const [width, height] = [columns * this.scale, rows * this.scale];
      context.drawImage(this.small, 0, map * rows, columns, rows, x, y, width, height);
    }
    const style = getComputedStyle(this.canvas);
    const frame = (box, colour) => {
      const { x, y } = this.cornerOf(box.map);
      context.strokeStyle = colour;
      context.lineWidth = 2;
      context.strokeRect(
        x + box.left * this.scale - 1,
        y + box.top * this.scale - 1,
        (box.right - box.left) * this.scale + 2,
        (box.bottom - box.top) * this.scale + 2,
      );
    };
    for (const box of this.marks) frame(box, style.getPropertyValue("--mark"));
    if (this.cursor !== null) {
      const [map, top, left] = placeOf(this.cursor, this.shape);
      frame({ map, top, left, bottom: top + 1, right: left + 1 }, style.getPropertyValue("--mark"));
    }
  }

  /** Return the upper left corner of a map, in CSS pixels. */
  cornerOf(map) {
    const [, rows, columns] = this.shape;
    return {
      x: (map % this.across) * (columns * this.scale + this.gap),
      y: Math.floor(map / this.across) * (rows * this.scale + this.gap),
    };
  }

  /** Choose the pixel under a pointer. */
  point(event) {
    const [maps, rows, columns] = this.shape;
    const box = this.canvas.getBoundingClientRect();
    const x = event.clientX - box.left;
    const y = event.clientY - box.top;
    const [wide, high] = [columns * this.scale + this.gap, rows * this.scale + this.gap];
    const map = Math.floor(y / high) * this.across + Math.floor(x / wide);
    if (x < 0 || y < 0 || x >= this.width || map >= maps) return;
    const row = Math.min(Math.floor((y % high) / this.scale), rows - 1);
    const column = Math.min(Math.floor((x % wide) / this.scale), columns - 1);
    this.chosen(indexOf([map, row, column], this.shape));
  }

  /** Move by the arrow keys, between maps by Page Up and Page Down; Enter chooses. */
  key(event) {
    const [maps, rows, columns] = this.shape;
    const [map, row, column] = placeOf(this.cursor ?? 0, this.shape);
    const vector = isVector(this.shape);
    const steps = {
      ArrowLeft: vector ? [map - 1, 0, 0] : [map, row, column - 1],
      ArrowRight: vector ? [map + 1, 0, 0] : [map, row, column + 1],
      ArrowUp: vector ? [map - this.across, 0, 0] : [map, row - 1, column],
      ArrowDown: vector ? [map + this.across, 0, 0] : [map, row + 1, column],
      PageUp: [map - 1, row, column],
      PageDown: [map + 1, row, column],
      Home: [map, 0, 0],
      End: [map, rows - 1, columns - 1],
      Enter: [map, row, column],
      " ": [map, row, column],
    };
    const to = steps[event.key];
    if (!to || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const inside = to.every((place, axis) => place >= 0 && place < [maps, rows, columns][axis]);
    if (!inside) return;
    this.cursor = indexOf(to, this.shape);
    this.refresh();
    if (event.key === "Enter" || event.key === " ") this.chosen(this.cursor);
    else this.moved(this.cursor);
  }

  /** Point out boxes, and a pixel (or none). */
  pointOut(marks, cursor = null) {
    if (marks.length === 0 && this.marks.length === 0 && cursor === this.cursor) return;
    this.marks = marks;
    this.cursor = cursor;
    this.refresh();
  }
}
