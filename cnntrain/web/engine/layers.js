/** The table of the layers, by the names that configurations have for them. */

import * as activations from "engine/activations.js";
import { Convolution } from "engine/convolution.js";
import { Dense } from "engine/dense.js";
import { Dropout } from "engine/dropout.js";
import { Input } from "engine/layer.js";
import { BatchNormalization, LayerNormalization } from "engine/normalization.js";
import { MaxPooling, MeanPooling } from "engine/pooling.js";

export const LAYERS = {
  input: Input,
  conv: Convolution,
  mean_pool: MeanPooling,
  max_pool: MaxPooling,
  dense: Dense,
  sigmoid: activations.Sigmoid,
  tanh: activations.Tanh,
  relu: activations.ReLU,
  leaky_relu: activations.LeakyReLU,
  softplus: activations.Softplus,
  silu: activations.SiLU,
  gelu: activations.GELU,
  dropout: Dropout,
  batch_norm: BatchNormalization,
  layer_norm: LayerNormalization,
};
