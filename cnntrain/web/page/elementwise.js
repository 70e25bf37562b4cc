/** How one number comes about in an activation or a normalization: from the one below it. */

import { number, placeOf } from "page/dom.js";
import { line, list, listed } from "page/tables.js";

/** Return an activation's formula with its numbers in it. */
export function activation(app, layer, at) {
  const { network, names, description } = app;
  const x = network.outputs[layer - 1][at];
  const y = network.outputs[layer][at];
  const text = filled(description.layers[layer].texts.f, x, y, network.layers[layer].options);
  return [
    list([{ name: names.input(layer - 1, at), value: x, go: app.to(layer - 1, at) }]),
    line(`${text} = ${number(y)}`),
    listed([{ name: names.output(layer, at), value: y }]),
  ];
}

/** Return a template of an activation with numbers for its x, y and slope. */
export function filled(template, x, y, { slope }) {
  const put = (value) => (value < 0 ? `(${number(value)})` : number(value));
  return template
    .replaceAll("{x}", put(x))
    .replaceAll("{y}", put(y))
    .replaceAll("{a}", String(slope));
}

export function normalization(app, layer, at) {
  const { network, names } = app;
  const own = network.layers[layer];
  const [map] = placeOf(at, own.outShape);
  const group = own.groupOf(at);
  const x = network.outputs[layer - 1][at];
  const [gamma, beta] = ["weights", "bias"].map((part) => own.parameters[part].value[map]);
  const y = network.outputs[layer][at];
  const follow = (part) => () => app.follow(layer, part, map);
  const running = own.kind === "batch_norm" ? "running " : "";
  return [
    list([
      { name: names.input(layer - 1, at), value: x, go: app.to(layer - 1, at) },
      { name: `μ, the ${running}mean`, value: own.mean[group] },
      { name: `s, from the ${running}variance`, value: own.s[group] },
      { name: names.own(layer, "weights", map), value: gamma, go: follow("weights") },
      { name: names.own(layer, "bias", map), value: beta, go: follow("bias") },
    ]),
    line(
      `x̂ = (${number(x)} − ${signed(own.mean[group])})/${number(own.s[group])} = ${number(own.xHat[at])}`,
    ),
    line(`${number(gamma)}·${signed(own.xHat[at])} + ${signed(beta)} = ${number(y)}`),
    listed([{ name: names.output(layer, at), value: y }]),
  ];
}

/** Return a number, in brackets where it is negative. */
export function signed(value) {
  return value < 0 ? `(${number(value)})` : number(value);
}
