/** The names of a network's numbers: those of the text that has this network, or plain ones. */

import { brackets, placeOf } from "page/dom.js";

export class Names {
  /** Take a description of a network. */
  constructor({ symbols, layers }) {
    this.symbols = symbols;
    this.layers = layers;
  }

  /** Return the name of a number in a layer's output, such as conv1[0,8,12]. */
  output(layer, at) {
    return this.symbol("outputs", this.layers[layer].name, at) ?? this.plain(layer, at);
  }

  /** Return its name where it is an input of the layer above: x[0,8,12], unless it has its own. */
  input(layer, at) {
    if (at < 0) return "0";
    const { name, outShape } = this.layers[layer];
    return this.symbol("outputs", name, at) ?? `x${brackets(placeOf(at, outShape), outShape)}`;
  }

  /** Return the name of ∂E/∂ that number. */
  error(layer, at) {
    return this.symbol("errors", this.layers[layer].name, at) ?? `∂E/∂${this.plain(layer, at)}`;
  }

  /** Return its name where it is an error handed down to the layer below: dy[0,8,12]. */
  handed(layer, at) {
    const { name, outShape } = this.layers[layer];
    return this.symbol("errors", name, at) ?? `dy${brackets(placeOf(at, outShape), outShape)}`;
  }

  /** Return the name of a weight or bias, such as conv1.weights[0,0,2,2]. */
  parameter(layer, part, at) {
    const key = `${this.layers[layer].name}.${part}`;
    return this.symbol("parameters", key, at) ?? `${key}[${this.indexOf(layer, part, at)}]`;
  }

  /** Return the name of a weight inside its layer: W[0,0,2,2], b[0]. */
  own(layer, part, at) {
    const key = `${this.layers[layer].name}.${part}`;
    const letter = part === "bias" ? "b" : "W";
    return this.symbol("parameters", key, at) ?? `${letter}[${this.indexOf(layer, part, at)}]`;
  }

  /** Return the name of the gradient of a weight or bias. */
  gradient(layer, part, at) {
    const key = `${this.layers[layer].name}.${part}`;
    return this.symbol("gradients", key, at) ?? `∂E/∂${this.parameter(layer, part, at)}`;
  }

  /** Return a layer's name and a place in its output. */
  plain(layer, at) {
    const { name, outShape } = this.layers[layer];
    return `${name}${brackets(placeOf(at, outShape), outShape)}`;
  }

  /** Return the positions of a weight in its array. */
  indexOf(layer, part, at) {
    return positions(at, this.layers[layer].parameters[part].shape);
  }

  /** Return the text's name of something; undefined where it has none. */
  symbol(kind, key, at) {
    const entries = this.symbols[kind][key];
    if (!entries) return undefined;
    const layer = this.layers.find(({ name }) => key === name || key.startsWith(`${name}.`));
    const shape = key === layer.name ? layer.outShape : layer.parameters[key.split(".")[1]].shape;
    const index = positions(at, shape);
    const [beginning, first, last] = entries[this.symbols.small ? at : index[0]];
    return last ? `${beginning}[${index.slice(first, last)}]` : beginning;
  }
}

/** Return the position along each axis of a place in a flat array of this shape. */
function positions(at, shape) {
  const index = [];
  for (let axis = shape.length - 1, rest = at; axis >= 0; axis--) {
    index.unshift(rest % shape[axis]);
    rest = Math.floor(rest / shape[axis]);
  }
  return index;
}
