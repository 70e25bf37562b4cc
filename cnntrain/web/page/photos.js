/** Photos on the pad: chosen from files, or dropped. */

import { element } from "page/dom.js";
import { Grey } from "pictures/resize.js";

const LARGEST = 1280; // pixels of the longer side: more is not needed to find a digit

/** Return a button that lets a photo be chosen; `pad` takes it, also where one is dropped on it. */
export function photoChooser(pad) {
  const problem = element("span", { class: "hint", role: "status" });
  const take = async (file) => {
    problem.textContent = "";
    try {
      if (file) pad.put(await read(file));
    } catch {
      problem.textContent = `${file.name} cannot be read as a picture; choose a JPEG or PNG.`;
    }
  };
  const chooser = element("input", {
    type: "file",
    accept: "image/*",
    onchange: () => {
      take(chooser.files[0]);
      chooser.value = ""; // the same file can be chosen again
    },
  });
  pad.canvas.addEventListener("dragover", (event) => event.preventDefault());
  pad.canvas.addEventListener("drop", (event) => {
    event.preventDefault();
    take(event.dataTransfer.files[0]);
  });
  return element("div", { class: "photos" }, element("label", {}, "Photo… ", chooser), problem);
}

/** Return a canvas with the picture in a file, upright. */
async function read(file) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LARGEST / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(scale * bitmap.width));
  canvas.height = Math.max(1, Math.round(scale * bitmap.height));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "#fff"; // behind what is transparent
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** Return the pictures of red, green and blue of a canvas, 0..255. */
export function channelsOf(canvas) {
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  const values = (channel) =>
    Float32Array.from({ length: width * height }, (_, at) => data[4 * at + channel]);
  return [0, 1, 2].map((channel) => new Grey(width, height, values(channel)));
}
