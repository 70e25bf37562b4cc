/** How one number comes about, forward: the window, the kernel, each product, the sum. */

import { scaleOf } from "page/colours.js";
import { fixed, isVector, number, placeOf } from "page/dom.js";
import { activation, normalization } from "page/elementwise.js";
import { grid, line, listed, sum } from "page/tables.js";
import { LARGEST_WINDOW, windowSums } from "page/windows.js";

/** Return elements that show how an output of a layer comes about. */
export function forward(app, layer, at) {
  const { network, names } = app;
  const own = network.layers[layer];
  if (layer === 0) return pixel(app, at);
  const shown = { conv: convolution, dense: dense, mean_pool: pool, max_pool: pool };
  if (shown[own.kind]) return shown[own.kind](app, layer, at);
  if (own.f) return activation(app, layer, at);
  if (own.xHat) return normalization(app, layer, at);
  const x = network.outputs[layer - 1][at];
  const end = { name: names.output(layer, at), value: network.outputs[layer][at] };
  return [listed([{ name: names.input(layer - 1, at), value: x, go: app.to(layer - 1, at) }, end])];
}

function pixel(app, at) {
  const value = app.network.outputs[0][at];
  const isPixel = app.description.input.kind !== "numbers";
  const byte = isPixel ? `a pixel of ${fixed(255 * value, 0)} of 255: ` : "";
  return [line(`${byte}${app.names.output(0, at)} = ${number(value)}`)];
}

/** Return the window of one map and its sum, and the sums of the other maps. */
function convolution(app, layer, at) {
  const { network, names } = app;
  const own = network.layers[layer];
  const x = network.outputs[layer - 1];
  const [rows, columns] = own.geometry.kernel;
  const cells = own.linksBelow(at).map((link) => ({
    ...link,
    value: valueAt(x, link.x),
    name: link.x < 0 ? "padding" : names.input(layer - 1, link.x),
    go: link.x < 0 ? null : app.to(layer - 1, link.x),
  }));
  const end = ending(app, layer, at);
  if (Math.max(rows, columns) > LARGEST_WINDOW) return [sum(termsOf(app, layer, cells), end)];
  const [f] = placeOf(at, own.outShape);
  return windowSums(app, layer, cut(cells, rows * columns), {
    columns,
    scale: scaleOf(x),
    left: (map, several) =>
      `x: ${app.description.layers[layer - 1].name}${several ? ` in map ${map}` : ""}`,
    right: (map) => `W[${f},${map}]`,
    end,
  });
}

/** Return a list in parts of the same length. */
function cut(list, length) {
  return Array.from({ length: list.length / length }, (_, at) =>
    list.slice(at * length, (at + 1) * length),
  );
}

function dense(app, layer, at) {
  const x = app.network.outputs[layer - 1];
  const links = app.network.layers[layer].linksBelow(at);
  const valued = links.map((link) => ({ ...link, value: valueAt(x, link.x) }));
  return [sum(termsOf(app, layer, valued), ending(app, layer, at))];
}

function termsOf(app, layer, links) {
  const { names } = app;
  return links.map(({ x, weight, factor, value }) => ({
    name: `${names.own(layer, "weights", weight)}·${names.input(layer - 1, x)}`,
    factor,
    value,
    go: () => app.follow(layer, "weights", weight),
  }));
}

/** Return the bias, if there is one, and the sum. */
function ending(app, layer, at) {
  const { network, names } = app;
  const own = network.layers[layer];
  const lines = [];
  if (own.parameters.bias) {
    const [unit] = placeOf(at, own.outShape);
    const value = own.parameters.bias.value[unit];
    const go = () => app.follow(layer, "bias", unit);
    lines.push({ name: `+ ${names.own(layer, "bias", unit)}`, value, go });
  }
  return [...lines, { name: names.output(layer, at), value: network.outputs[layer][at] }];
}

/** Return the window, and its mean or its winner. */
function pool(app, layer, at) {
  const { network, names } = app;
  const own = network.layers[layer];
  const x = network.outputs[layer - 1];
  const links = own.linksBelow(at);
  const end = [{ name: names.output(layer, at), value: network.outputs[layer][at] }];
  const isMean = own.kind === "mean_pool";
  const [rows, columns] = own.geometry.kernel;
  const parts = [];
  if (Math.max(rows, columns) <= LARGEST_WINDOW) {
    const cells = links.map((link) => ({
      value: x[link.x],
      name: names.input(layer - 1, link.x),
      go: app.to(layer - 1, link.x),
      best: !isMean && link.factor === 1,
    }));
    parts.push(grid(`x: the window`, cells, columns, scaleOf(x), app.colours));
  }
  const count = rows * columns;
  const terms = links.map((link) => ({
    name: `1/${count}·${names.input(layer - 1, link.x)}`,
    factor: link.factor,
    value: x[link.x],
    go: app.to(layer - 1, link.x),
  }));
  const winner = links.find(({ factor }) => factor === 1);
  const largest = isMean
    ? sum(terms, end)
    : listed([
        {
          name: `the largest: ${names.input(layer - 1, winner.x)}`,
          value: x[winner.x],
          go: app.to(layer - 1, winner.x),
        },
        ...end,
      ]);
  return [...parts, largest];
}

function valueAt(array, at) {
  return at < 0 ? 0 : array[at];
}

/** Return whether a layer ends the network in single numbers that stand for classes. */
export function isOutput(app, layer) {
  return layer === app.network.layers.length - 1 && isVector(app.network.layers[layer].outShape);
}
