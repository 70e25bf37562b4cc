/** How one number comes about, forward: the window, the kernel, each product, the sum. */

import { scaleOf } from "page/colours.js";
import { fixed, isVector, number, placeOf } from "page/dom.js";
import { activation, normalization } from "page/elementwise.js";
import { grid, line, listed, sum } from "page/tables.js";

const LARGEST_WINDOW = 8; // rows or columns of a window that is shown as such

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

/** Return the windows of one map, their sum, and the sums of the other maps. */
function convolution(app, layer, at) {
  const { network } = app;
  const own = network.layers[layer];
  const x = network.outputs[layer - 1];
  const [maps] = own.inShape;
  const [rows, columns] = own.geometry.kernel;
  const links = own.linksBelow(at).map((link) => ({ ...link, value: valueAt(x, link.x) }));
  const byMap = Array.from({ length: maps }, (_, c) =>
    links.slice(c * rows * columns, (c + 1) * rows * columns),
  );
  const sums = byMap.map((part) =>
    part.reduce((total, { factor, value }) => total + factor * value, 0),
  );
  const chosen = app.mapShown(sums);
  const end = ending(app, layer, at);
  const lines = sums.map((value, c) => ({
    name: maps > 1 ? `sum of the products in map ${c}` : "sum of the products",
    value,
    go: maps > 1 ? () => app.showMap(c) : null,
    best: maps > 1 && c === chosen,
  }));
  if (Math.max(rows, columns) > LARGEST_WINDOW) return [sum(termsOf(app, layer, links), end)];
  const f = placeOf(at, own.outShape)[0];
  const title = maps > 1 ? ` in map ${chosen}` : "";
  return [
    windows(app, layer, byMap[chosen], columns, {
      x: `x: ${app.description.layers[layer - 1].name}${title}`,
      W: `W[${f},${chosen}]`,
    }),
    listed([...lines, ...end]),
  ];
}

/** Return x, W and their products side by side. */
function windows(app, layer, links, columns, titles) {
  const { colours, network, names } = app;
  const scales = [scaleOf(network.outputs[layer - 1]), scaleOf(links.map(({ factor }) => factor))];
  const products = links.map(({ factor, value }) => factor * value);
  const row = document.createElement("div");
  row.className = "windows";
  row.append(
    grid(
      titles.x,
      links.map(({ x, value }) => ({
        value,
        name: x < 0 ? "padding" : names.input(layer - 1, x),
        go: x < 0 ? null : app.to(layer - 1, x),
      })),
      columns,
      scales[0],
      colours,
    ),
    "·",
    grid(
      titles.W,
      links.map(({ weight, factor }) => ({
        value: factor,
        name: names.own(layer, "weights", weight),
        go: () => app.follow(layer, "weights", weight),
        best: app.isFollowed(layer, "weights", weight),
      })),
      columns,
      scales[1],
      colours,
    ),
    "=",
    grid(
      "their products",
      products.map((value, k) => ({
        value,
        name: `${names.own(layer, "weights", links[k].weight)}·${names.input(layer - 1, links[k].x)}`,
      })),
      columns,
      scaleOf(products),
      colours,
    ),
  );
  return row;
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
