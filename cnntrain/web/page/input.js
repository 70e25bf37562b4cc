/** What the network is given: a drawing, a picture, a sample of its data, or numbers. */

import { palette, scaleOf } from "page/colours.js";
import { button, element } from "page/dom.js";
import { Pad, SIDE } from "page/drawing.js";
import { NumbersInput } from "page/numbers.js";
import { Tiles } from "page/tiles.js";
import { channelsOf, photoChooser } from "page/photos.js";
import { bestChannel, greyOf } from "pictures/channels.js";
import { prepared, preparedPhoto, shrunk } from "pictures/prepare.js";
import { BILINEAR, resized } from "pictures/resize.js";

/** Return the input that suits what a network takes. */
export function inputFor(description, samples, changed) {
  const kinds = { digit: DigitInput, picture: PictureInput, numbers: NumbersInput };
  return new kinds[description.kind](description, samples, changed);
}

/** A pad to draw on; below it are samples of the network's data, if there are any. */
class DrawnInput {
  constructor({ shape }, samples, changed) {
    this.shape = shape;
    this.changed = changed;
    this.sample = null; // the number of the sample that is looked at
    this.samples = samples;
    const canvas = element("canvas", {
      class: "pad",
      tabindex: 0,
      role: "img",
      "aria-label": "Drawing pad: draw a digit here with mouse, finger or pen",
    });
    this.pad = new Pad(canvas, () => this.take(null));
    this.undo = button("Undo", () => this.pad.undo());
    this.clear = button("Clear", () => this.pad.clear());
    this.remarks = element("p", { class: "hint", role: "status" });
    canvas.addEventListener("keydown", (event) => this.key(event));
    this.element = element(
      "div",
      { class: "drawn" },
      canvas,
      element("div", { class: "buttons" }, this.undo, this.clear, photoChooser(this.pad)),
      this.remarks,
      samples.length ? this.sampleRow() : null,
      this.limits(),
    );
    this.values = this.read();
  }

  /** Return what says what kinds of photos cannot be read here, if anything. */
  limits() {
    return null;
  }

  /** Undo by Ctrl+Z, clear by Delete. */
  key(event) {
    if ((event.ctrlKey || event.metaKey) && event.key === "z") this.pad.undo();
    else if (event.key === "Delete" || event.key === "Backspace") this.pad.clear();
    else return;
    event.preventDefault();
  }

  /** Return a row of small pictures to choose from. */
  sampleRow() {
    const row = element("div", {
      class: "samples",
      role: "group",
      "aria-label": "Images of its data",
    });
    this.small = this.samples.map(({ label, values }, at) => {
      const tiles = new Tiles(this.shape, "", {});
      const picture = tiles.canvas;
      picture.removeAttribute("tabindex");
      picture.removeAttribute("role");
      row.append(
        element(
          "button",
          {
            type: "button",
            class: "sample",
            "aria-label": `image of class ${label}`,
            onclick: () => this.take(at),
          },
          picture,
        ),
      );
      tiles.fit(30, 30);
      return { tiles, values };
    });
    return row;
  }

  /** Look at a sample, or at the drawing. */
  take(sample) {
    if (sample !== null && !this.pad.blank) {
      this.sample = sample;
      this.pad.strokes = [];
      this.pad.photo = null;
      this.pad.redraw();
    }
    this.sample = sample;
    this.changed();
  }

  /** Read what is given: the numbers (C, H, W) go to `values`. */
  read() {
    this.undo.disabled = this.clear.disabled = this.pad.blank && this.sample === null;
    this.values = this.sample === null ? this.drawn() : this.samples[this.sample].values;
    return this.values;
  }

  /** Draw everything anew, in the page's colours. */
  refresh() {
    this.pad.show();
    for (const { tiles, values } of this.small ?? [])
      tiles.draw(values, scaleOf(values), palette());
  }

  /** Point out a box of the input's pixels on the drawing, or nothing. */
  mark(box) {
    this.pad.mark(box && this.sample === null ? this.onDrawing(box) : null);
  }

  /** Return a box of the input's pixels as one of the drawing's, where the whole of it is read. */
  onDrawing({ left, top, right, bottom }) {
    const [, rows, columns] = this.shape;
    const [across, down] = [SIDE / columns, SIDE / rows];
    return { left: left * across, right: right * across, top: top * down, bottom: bottom * down };
  }
}

/** A digit, prepared as MNIST's were. */
class DigitInput extends DrawnInput {
  limits() {
    const command = element("code", {}, "cnntrain predict");
    return element(
      "p",
      { class: "hint" },
      "Of a photo, this page reads one digit on plain paper. ",
      command,
      " also reads several, on ruled paper, in forms, and on a sheet that lies on a table.",
    );
  }

  /** Read what is given, and say what does not look like one digit. */
  read() {
    super.read();
    const warnings = (this.sample === null && this.found?.warnings) || [];
    if (this.remarks.textContent !== warnings.join(" ")) {
      this.remarks.textContent = warnings.join(" ");
    }
    return this.values;
  }

  /** Return the prepared digit; zeros where nothing is drawn. */
  drawn() {
    const { photo } = this.pad;
    if (photo !== this.photo) this.foundInPhoto = photo && inPhoto(photo);
    this.photo = photo; // looked at once, not with every change of the page
    this.found = photo ? this.foundInPhoto : prepared(this.pad.ink());
    return shrunk(this.found?.pixels ?? new Float32Array(28 * 28), this.shape[2]);
  }

  /** Return where a box of the input comes from: the digit was cut out and moved. */
  onDrawing(box) {
    if (!this.found) return null;
    const block = 28 / this.shape[2];
    const { box: from, at } = this.found;
    const across = (from.right - from.left) / (at.right - at.left);
    const down = (from.bottom - from.top) / (at.bottom - at.top);
    const place = this.photo ? this.pad.photoPlace : { scale: 1, left: 0, top: 0 };
    const x = (column) => from.left + (column * block - at.left) * across;
    const y = (row) => from.top + (row * block - at.top) * down;
    return {
      left: place.left + place.scale * x(box.left),
      right: place.left + place.scale * x(box.right),
      top: place.top + place.scale * y(box.top),
      bottom: place.top + place.scale * y(box.bottom),
    };
  }
}

/** Any picture, stretched to the size that the network takes. */
class PictureInput extends DrawnInput {
  /** Return the photo, or the drawing in black on white, in each channel. */
  drawn() {
    const [channels, rows, columns] = this.shape;
    const canvas = this.pad.photo ?? this.pad.paper;
    const colours = channelsOf(canvas);
    const pictures = channels === 1 ? [greyOf(colours)] : colours;
    const parts = pictures.map((each) => resized(each, columns, rows, BILINEAR, { whole: true }));
    return Float64Array.from(
      parts.flatMap(({ values }) => [...values]),
      (value) => value / 255,
    );
  }

  /** Return a box of the input's pixels as one of the photo or of the drawing. */
  onDrawing(box) {
    if (!this.pad.photo) return super.onDrawing(box);
    const [, rows, columns] = this.shape;
    const { scale, left, top } = this.pad.photoPlace;
    const { width, height } = this.pad.photo;
    const [across, down] = [(scale * width) / columns, (scale * height) / rows];
    return {
      left: left + box.left * across,
      right: left + box.right * across,
      top: top + box.top * down,
      bottom: top + box.bottom * down,
    };
  }
}

/** Return the digit in a photo, which is a canvas. */
function inPhoto(photo) {
  const { channel, isDark } = bestChannel(channelsOf(photo));
  return preparedPhoto(channel, isDark);
}
