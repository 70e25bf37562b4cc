/** Where the maps of a layer stand on their canvas, in CSS pixels. */

import { indexOf, isVector, placeOf } from "page/dom.js";

const EDGE = 2; // around everything, for frames
const GAP = 6; // between maps
const SIDE = 68; // of a map, about
const LARGEST = 128; // of a map
const FEW = 16; // numbers: each is large enough to be written on
const CELL = { width: 54, height: 30, titled: 42 }; // of such a number
const UNIT = 22; // of one of many

export class Layout {
  /** Arrange maps of a shape [C, H, W] in a width: as many beside each other as there is room for. */
  constructor(shape, width, { most = LARGEST, titled = false } = {}) {
    const [maps, rows, columns] = shape;
    this.shape = shape;
    this.isVector = isVector(shape);
    this.hasText = this.isVector && maps <= FEW;
    this.gap = this.isVector ? 3 : GAP;
    const room = width - 2 * EDGE;
    const side = this.hasText ? CELL.width : this.isVector ? UNIT : SIDE;
    const fitting = Math.floor((room + this.gap) / (side + this.gap));
    const wanted = Math.max(1, Math.min(maps, fitting));
    this.across = Math.ceil(maps / Math.ceil(maps / wanted));
    if (this.hasText) this.cell = { ...CELL, height: titled ? CELL.titled : CELL.height };
    else if (this.isVector) this.cell = { width: UNIT, height: UNIT };
    else {
      const widest = (room + this.gap) / this.across - this.gap;
      const scale = Math.floor(Math.min(widest / columns, most / Math.max(rows, columns)));
      this.cell = { width: Math.max(scale, 1), height: Math.max(scale, 1) };
    }
    const down = Math.ceil(maps / this.across);
    const { x, y } = this.corner(this.across * down - 1);
    this.width = x + this.mapWidth + EDGE;
    this.height = y + this.mapHeight + EDGE;
  }

  /** Return the width of a map. */
  get mapWidth() {
    return this.shape[2] * this.cell.width;
  }

  /** Return the height of a map. */
  get mapHeight() {
    return this.shape[1] * this.cell.height;
  }

  /** Return the upper left corner of a map. */
  corner(map) {
    return {
      x: EDGE + (map % this.across) * (this.mapWidth + this.gap),
      y: EDGE + Math.floor(map / this.across) * (this.mapHeight + this.gap),
    };
  }

  /** Return where a box {map, top, left, bottom, right} of a map's pixels is. */
  place({ map, top, left, bottom, right }) {
    const { x, y } = this.corner(map);
    const { width, height } = this.cell;
    return {
      x: x + left * width,
      y: y + top * height,
      width: (right - left) * width,
      height: (bottom - top) * height,
    };
  }

  /** Return the index of the number at a place; null where there is none. */
  at(x, y) {
    const [maps, rows, columns] = this.shape;
    const [wide, high] = [this.mapWidth + this.gap, this.mapHeight + this.gap];
    const [right, down] = [x - EDGE, y - EDGE];
    if (right < 0 || down < 0 || x >= this.width) return null;
    const map = Math.floor(down / high) * this.across + Math.floor(right / wide);
    if (map >= maps) return null;
    const row = Math.min(Math.floor((down % high) / this.cell.height), rows - 1);
    const column = Math.min(Math.floor((right % wide) / this.cell.width), columns - 1);
    return indexOf([map, row, column], this.shape);
  }

  /** Return the index that a key leads to from another; undefined if the key leads nowhere. */
  beside(index, key) {
    const [maps, rows, columns] = this.shape;
    const [map, row, column] = placeOf(index, this.shape);
    const [down, right] = this.isVector ? [this.across, 1] : [0, 0];
    const places = {
      ArrowLeft: this.isVector ? [map - right, 0, 0] : [map, row, column - 1],
      ArrowRight: this.isVector ? [map + right, 0, 0] : [map, row, column + 1],
      ArrowUp: this.isVector ? [map - down, 0, 0] : [map, row - 1, column],
      ArrowDown: this.isVector ? [map + down, 0, 0] : [map, row + 1, column],
      PageUp: [map - 1, row, column],
      PageDown: [map + 1, row, column],
      Home: [this.isVector ? 0 : map, 0, 0],
      End: [this.isVector ? maps - 1 : map, rows - 1, columns - 1],
    };
    const to = places[key];
    const inside = to?.every((place, axis) => place >= 0 && place < this.shape[axis]);
    return inside ? indexOf(to, this.shape) : to && index;
  }
}
