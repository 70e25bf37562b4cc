/** The pad: draw a digit with mouse, finger or pen, or put a picture on it. */

import { Grey } from "pictures/resize.js";

export const SIDE = 140; // pixels of the drawing that the network reads, whatever the screen's
const PEN = 10; // pixels: as bold as MNIST's pens, on a digit that fills the pad

export class Pad {
  /** Take the canvas to draw on; `changed` is called after every change. */
  constructor(canvas, changed) {
    this.canvas = canvas;
    this.changed = changed;
    this.strokes = []; // each a list of points, in pixels of the drawing
    this.photo = null; // a canvas with a picture that is looked at instead
    this.marked = null; // a box on the drawing that is pointed out
    this.paper = document.createElement("canvas"); // black on white: what is read
    this.paper.width = this.paper.height = SIDE;
    this.context = this.paper.getContext("2d", { willReadFrequently: true });
    canvas.addEventListener("pointerdown", (event) => this.begin(event));
    canvas.addEventListener("pointermove", (event) => this.go(event));
    for (const end of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(end, () => (this.drawing = false));
    }
    this.redraw();
  }

  /** Begin a stroke; a second finger draws nothing. */
  begin(event) {
    if (!event.isPrimary || event.button !== 0) return;
    event.preventDefault();
    this.canvas.focus({ preventScroll: true });
    this.canvas.setPointerCapture(event.pointerId);
    this.drawing = true;
    if (this.photo) this.clear();
    const point = this.pointOf(event);
    this.strokes.push([point]);
    line(this.context, [point], "#000");
    this.show();
    this.changed();
  }

  /** Go on with the stroke, through all places that the pointer has passed. */
  go(event) {
    if (!this.drawing || !event.isPrimary) return;
    const stroke = this.strokes.at(-1);
    const events = event.getCoalescedEvents?.() ?? [];
    const passed = (events.length ? events : [event]).map((each) => this.pointOf(each));
    line(this.context, [stroke.at(-1), ...passed], "#000");
    stroke.push(...passed);
    this.show();
    this.changed();
  }

  /** Take everything away. */
  clear() {
    this.strokes = [];
    this.photo = null;
    this.redraw();
    this.changed();
  }

  /** Take the last stroke away. */
  undo() {
    this.strokes.pop();
    this.photo = null;
    this.redraw();
    this.changed();
  }

  /** Put a picture, which is a canvas, in the place of all strokes. */
  put(photo) {
    this.strokes = [];
    this.photo = photo;
    this.redraw();
    this.changed();
  }

  /** Return whether there is nothing to look at. */
  get blank() {
    return this.strokes.length === 0 && this.photo === null;
  }

  /** Return where a photo is on the pad: as large as fits, in the middle. */
  get photoPlace() {
    const { width, height } = this.photo;
    const scale = SIDE / Math.max(width, height);
    return { scale, left: (SIDE - scale * width) / 2, top: (SIDE - scale * height) / 2 };
  }

  /** Return the ink: 0 for paper, 1 for black. */
  ink() {
    const { data } = this.context.getImageData(0, 0, SIDE, SIDE);
    const ink = new Grey(SIDE, SIDE);
    for (let at = 0; at < ink.values.length; at++)
      ink.values[at] = 1 - Math.fround(data[4 * at] / 255);
    return ink;
  }

  /** Point out a box of the drawing, or nothing. */
  mark(box) {
    this.marked = box;
    this.show();
  }

  /** Draw all strokes anew. */
  redraw() {
    this.context.fillStyle = "#fff";
    this.context.fillRect(0, 0, SIDE, SIDE);
    for (const stroke of this.strokes) line(this.context, stroke, "#000");
    this.show();
  }

  /** Show the drawing as sharply as the screen can, in the page's colours. */
  show() {
    this.canvas.classList.toggle("empty", this.blank);
    const side = Math.round(this.canvas.clientWidth * devicePixelRatio) || SIDE;
    if (this.canvas.width !== side) this.canvas.width = this.canvas.height = side;
    const context = this.canvas.getContext("2d");
    const style = getComputedStyle(this.canvas);
    context.setTransform(side / SIDE, 0, 0, side / SIDE, 0, 0);
    context.clearRect(0, 0, SIDE, SIDE);
    if (this.photo) {
      const { scale, left, top } = this.photoPlace;
      context.drawImage(this.photo, left, top, scale * this.photo.width, scale * this.photo.height);
    }
    for (const stroke of this.strokes) line(context, stroke, style.color);
    if (this.marked) {
      const inside = (place) => Math.min(Math.max(place, 1), SIDE - 1);
      const sides = ["left", "top", "right", "bottom"].map((side) => inside(this.marked[side]));
      const [left, top, right, bottom] = sides;
      context.strokeStyle = style.getPropertyValue("--mark");
      context.lineWidth = 1;
      context.strokeRect(left, top, right - left, bottom - top);
    }
  }

  /** Return where a pointer is, in pixels of the drawing. */
  pointOf(event) {
    const box = this.canvas.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * SIDE;
    const y = ((event.clientY - box.top) / box.height) * SIDE;
    return { x, y };
  }
}

/** Draw a line through points, or a dot. */
function line(context, points, colour) {
  context.strokeStyle = colour;
  context.lineWidth = PEN;
  context.lineCap = context.lineJoin = "round";
  context.beginPath();
  context.moveTo(points[0].x, points[0].y);
  for (const { x, y } of points) context.lineTo(x, y);
  context.stroke();
}
