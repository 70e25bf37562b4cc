/** How an error comes about on its way back, and the gradient that it leaves at a weight. */

import { isOutput } from "page/arithmetic.js";
import { scaleOf } from "page/colours.js";
import { element, number, placeOf } from "page/dom.js";
import { filled, signed } from "page/elementwise.js";
import { line, list, listed, sum } from "page/tables.js";
import { LARGEST_WINDOW, windowSums } from "page/windows.js";

/** Return elements that show how ∂E/∂(an output of a layer) comes about. */
export function backward(app, layer, at) {
  const { learner, names } = app;
  if (isOutput(app, layer)) return [loss(app, at)];
  const above = learner.layers[layer + 1];
  const errors = learner.errors[layer + 1];
  const end = { name: names.error(layer, at), value: learner.errors[layer][at] };
  if (above.xHat) return [...normalization(app, layer, at), listed([end])];
  if (isFullConvolution(above)) return fullConvolution(app, layer, at, end);
  const links = above.linksAbove(at);
  const parts = above.df ? [slope(app, layer, at)] : [];
  const terms = links.map((link) => ({
    name: `${factorName(app, layer + 1, link)}·${names.handed(layer + 1, link.y)}`,
    factor: link.factor,
    value: errors[link.y],
    go: app.to(layer + 1, link.y, "backward"),
  }));
  return [...parts, sum(terms, [end])];
}

/** Return whether the errors under a turned kernel can be shown as a window. */
function isFullConvolution({ kind, geometry: { kernel, stride } }) {
  return kind === "conv" && Math.max(...stride) === 1 && Math.max(...kernel) <= LARGEST_WINDOW;
}

/** Return the errors, zeros around them, under the kernel turned by 180°: those of each map. */
function fullConvolution(app, layer, at, end) {
  const { learner, names } = app;
  const above = learner.layers[layer + 1];
  const errors = learner.errors[layer + 1];
  const { shape, value: W } = above.parameters.weights;
  const [filters, maps, rows, columns] = shape;
  const [c] = placeOf(at, above.inShape);
  const reached = new Map(above.linksAbove(at).map(({ weight, y }) => [weight, y]));
  const windows = Array.from({ length: filters }, (_, f) =>
    Array.from({ length: rows * columns }, (_, turned) => {
      const weight = (f * maps + c + 1) * rows * columns - 1 - turned;
      const y = reached.get(weight);
      const isOutside = y === undefined;
      return {
        weight,
        factor: W[weight],
        value: isOutside ? 0 : errors[y],
        name: isOutside ? "zeros around" : names.handed(layer + 1, y),
        go: isOutside ? null : app.to(layer + 1, y, "backward"),
      };
    }),
  );
  const { name } = app.description.layers[layer + 1];
  return windowSums(app, layer + 1, windows, {
    columns,
    scale: scaleOf(errors),
    left: (map) => `dy: ${name} in map ${map}`,
    right: (map) => `W[${map},${c}], turned by 180°`,
    end: [end],
  });
}

/** Return the name of ∂y/∂x of a link. */
function factorName(app, layer, { weight }) {
  const { kind, geometry } = app.network.layers[layer];
  if (weight !== undefined) return app.names.own(layer, "weights", weight);
  if (kind === "mean_pool") return `1/${geometry.kernel[0] * geometry.kernel[1]}`;
  if (kind === "max_pool") return "1";
  return kind === "dropout" ? "m" : "y′";
}

/** Return the slope of the activation above, with its numbers. */
function slope(app, layer, at) {
  const { learner, description } = app;
  const x = learner.outputs[layer][at];
  const y = learner.outputs[layer + 1][at];
  const { options } = learner.layers[layer + 1];
  const text = filled(description.layers[layer + 1].texts.df, x, y, options);
  return line(`y′ = ${text} = ${number(learner.layers[layer + 1].df(x, y))}`);
}

function normalization(app, layer, at) {
  const above = app.learner.layers[layer + 1];
  const [dy, map, group] = [app.learner.errors[layer + 1][at], above.mapOf(at), above.groupOf(at)];
  const [g, x] = [above.g[at], above.xHat[at]];
  const [mean, meanX, s] = [above.meanG[group], above.meanGX[group], above.s[group]];
  const gamma = above.parameters.weights.value[map];
  const dx = (g - mean - x * meanX) / s;
  return [
    line(`g = ${number(gamma)}·${signed(dy)} = ${number(g)},  x̂ = ${number(x)},  s = ${number(s)}`),
    line(`mean of g = ${number(mean)},  mean of g·x̂ = ${number(meanX)}`),
    line(
      `(${number(g)} − ${signed(mean)} − ${signed(x)}·${signed(meanX)})/${number(s)} = ${number(dx)}`,
    ),
  ];
}

/** Return the table of the loss, output by output. */
function loss(app, at) {
  const { learner, names, parts, targets, description } = app;
  const top = learner.layers.length - 1;
  const y = learner.outputs[top];
  const isSoftmax = description.loss === "softmax_cross_entropy";
  const p = isSoftmax ? learner.probabilities(y) : null;
  const head = ["output", "y", ...(p ? ["p"] : []), "t", "part of E", "∂E/∂y"];
  const rows = [...y].map((output, k) => {
    const numbers = [output, ...(p ? [p[k]] : []), targets[k], parts[k], learner.errors[top][k]];
    const cells = numbers.map((value) => element("td", {}, number(value)));
    const name = element("th", { scope: "row" }, names.output(top, k));
    return element("tr", { class: k === at ? "best" : null }, name, ...cells);
  });
  const titles = head.map((title) => element("th", { scope: "col" }, title));
  return element(
    "div",
    {},
    ...description.lossFormulas.map(line),
    element(
      "div",
      { class: "wide" },
      element(
        "table",
        { class: "sum" },
        element("thead", {}, element("tr", {}, ...titles)),
        element("tbody", {}, ...rows),
      ),
    ),
    listed([{ name: "E, the sum of the parts", value: app.loss }]),
  );
}

/** Return elements that show how the gradient of a weight comes about, and the way to it. */
export function gradient(app, { layer, part, at }) {
  const { learner, names } = app;
  const own = learner.layers[layer];
  const met = part === "bias" ? null : (own.xHat ?? learner.outputs[layer - 1]);
  const errors = learner.errors[layer];
  const terms = usesOf(own, part, at).map(({ x, y }) => ({
    name: `${names.handed(layer, y)}·${part === "bias" ? "1" : metName(app, layer, x)}`,
    factor: errors[y],
    value: part === "bias" ? 1 : x < 0 ? 0 : met[x],
    go: app.to(layer, y, "backward"),
    y,
  }));
  const value = own.parameters[part].gradient[at];
  const way = wayBack(app, layer, terms);
  return [
    line("From E back along the path on which the numbers are largest:"),
    list(way),
    line(app.description.layers[layer].formulas[part].join(": ")),
    sum(terms, [{ name: names.gradient(layer, part, at), value }]),
    step(app, { layer, part, at }, value),
  ];
}

/** Return what one step of gradient descent would make of a weight. */
function step(app, { layer, part, at }, gradient) {
  const { rate } = app.description.layers[layer];
  const { frozen, value } = app.learner.layers[layer].parameters[part];
  const name = app.names.parameter(layer, part, at);
  if (frozen) return line(`${name} = ${number(value[at])} is frozen: it stays as it is.`);
  const after = value[at] - rate.value * gradient;
  return line(
    `One step of plain gradient descent, weight − rate·gradient: ${number(value[at])} − ${number(rate.value)}·` +
      `${signed(gradient)} = ${number(after)}`,
  );
}

function metName(app, layer, x) {
  if (app.learner.layers[layer].xHat) return "x̂";
  return app.names.input(layer - 1, x);
}

/** Return the outputs that a weight or bias goes into, and the inputs that a weight meets there. */
export function usesOf(layer, part, at) {
  if (part === "weights") return layer.usesOf(at);
  const size = layer.outSize / layer.outShape[0];
  return Array.from({ length: size }, (_, place) => ({ y: at * size + place, x: -1 }));
}

/** Return a line for each error on the path from E to a weight, along the largest links. */
function wayBack(app, layer, terms) {
  const { learner, names } = app;
  const strength = ({ factor, value }) => Math.abs(factor * value);
  let at = terms.reduce((best, term) => (strength(term) > strength(best) ? term : best)).y;
  const way = [];
  for (let current = layer; ; current++) {
    const value = learner.errors[current][at];
    way.unshift({ name: names.error(current, at), value, go: app.to(current, at, "backward") });
    if (current + 1 === learner.layers.length) return way;
    const above = learner.layers[current + 1];
    const links = above.xHat ? [{ y: at, factor: 1 }] : above.linksAbove(at);
    if (links.length === 0) return way; // it goes into nothing
    const size = (link) => Math.abs(link.factor * learner.errors[current + 1][link.y]);
    at = links.reduce((best, link) => (size(link) > size(best) ? link : best)).y;
  }
}
