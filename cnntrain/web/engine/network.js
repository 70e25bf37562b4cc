/** A network: layers in order and a loss, computed forward and backward a batch at a time. */

import { LAYERS } from "engine/layers.js";
import { LOSSES } from "engine/losses.js";

export class Network {
  /** Build the layers of a description that `cnntrain/web/network.py` wrote. */
  constructor(description) {
    this.layers = description.layers.map(built);
    this.loss = LOSSES[description.loss];
    this.classes = description.classes;
    this.description = description;
  }

  /** Return a network with the same weights and buffers, and results and gradients of its own. */
  twin() {
    const twin = new Network(this.description);
    twin.layers.forEach((layer, at) => {
      for (const [part, { value }] of Object.entries(this.layers[at].parameters)) {
        layer.parameters[part].value = value;
      }
      layer.buffers = this.layers[at].buffers;
    });
    return twin;
  }

  /** Return the outputs (N, K) for images (N, C, H, W), and keep those of each layer. */
  forward(images, n = 1, { train = false } = {}) {
    this.outputs = [];
    let x = images;
    for (const layer of this.layers) {
      x = layer.forward(x, n, { train });
      this.outputs.push(x);
    }
    return x;
  }

  /**
   * Compute the loss of a batch with targets (N, K), and all gradients. No weight changes.
   *
   * Afterwards `errors` has ∂L/∂y of each layer. Returns the loss and its parts.
   */
  backpropagate(images, targets, n = 1) {
    const y = this.forward(images, n, { train: true });
    const { loss, parts, dy } = this.loss.of(y, targets, n);
    this.errors = new Array(this.layers.length);
    let error = dy;
    for (let at = this.layers.length - 1; at >= 0; at--) {
      this.errors[at] = error;
      error = this.layers[at].backward(error, n);
    }
    return { loss, parts };
  }

  /** Return how sure the network is of each class, for the outputs (K) of one image. */
  probabilities(outputs) {
    return this.loss.probabilities(outputs);
  }
}

/** Return the layer of a description. */
export function built(description) {
  const arrays = (packed) =>
    Object.fromEntries(
      Object.entries(packed).map(([part, array]) => [part, { ...array, values: unpacked(array) }]),
    );
  const parameters = arrays(description.parameters);
  const buffers = arrays(description.buffers);
  return new LAYERS[description.kind]({ ...description, parameters, buffers });
}

/** Return the numbers in an array of the description: little-endian floats, or bytes, in base64. */
export function unpacked({ dtype, values }) {
  const bytes = Uint8Array.from(atob(values), (letter) => letter.charCodeAt(0));
  if (dtype === "uint8") return bytes;
  const view = new DataView(bytes.buffer);
  const width = dtype === "float64" ? 8 : 4;
  return Float64Array.from({ length: bytes.length / width }, (_, at) =>
    width === 8 ? view.getFloat64(at * width, true) : view.getFloat32(at * width, true),
  );
}
