/** Receptive fields: the part of each layer below that a number depends on. */

import { placeOf } from "page/dom.js";

/**
 * Return, for each layer up to the one that is looked at, the boxes {map, top, left, bottom, right} of
 * its output that the number at a place depends on; the last two sides are exclusive.
 */
export function fieldsOf(layers, { layer, at }) {
  const fields = new Array(layer + 1);
  const [map, top, left] = placeOf(at, layers[layer].outShape);
  let box = { top, left, bottom: top + 1, right: left + 1 };
  let maps = [map];
  fields[layer] = boxes(box, maps);
  for (let above = layer; above > 0; above--) {
    box = below(layers[above], box);
    if (mixesMaps(layers[above]))
      maps = Array.from({ length: layers[above].inShape[0] }, (_, c) => c);
    fields[above - 1] = boxes(box, maps);
  }
  return fields;
}

function boxes(box, maps) {
  return maps.map((map) => ({ map, ...box }));
}

/** Return the box of the input that a box of a layer's output depends on. */
function below({ geometry, inShape }, { top, left, bottom, right }) {
  const { kernel, stride, padding } = geometry;
  const [, rows, columns] = inShape;
  return {
    top: Math.max(top * stride[0] - padding[0], 0),
    left: Math.max(left * stride[1] - padding[1], 0),
    bottom: Math.min((bottom - 1) * stride[0] - padding[0] + kernel[0], rows),
    right: Math.min((right - 1) * stride[1] - padding[1] + kernel[1], columns),
  };
}

function mixesMaps({ kind }) {
  return ["conv", "dense", "layer_norm"].includes(kind);
}
