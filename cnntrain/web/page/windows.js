/** A convolution's sum at one place, in either direction: windows of numbers, kernels, products. */

import { scaleOf } from "page/colours.js";
import { element } from "page/dom.js";
import { grid, listed } from "page/tables.js";

export const LARGEST_WINDOW = 8; // rows or columns of a window that is shown as such

/**
 * Return the window of one map beside its kernel and their products, and the sums of all maps.
 *
 * `maps` has for each map the cells of its window, row by row: {value, name, go, weight, factor}. The
 * titles are functions of the map; `end` are the lines below the sums.
 */
export function windowSums(app, layer, maps, { columns, scale, left, right, end }) {
  const sums = maps.map((cells) => cells.reduce((sum, cell) => sum + cell.factor * cell.value, 0));
  const chosen = app.mapShown(sums);
  const several = maps.length > 1;
  const lines = sums.map((value, map) => ({
    name: several ? `sum of the products in map ${map}` : "sum of the products",
    value,
    go: several ? () => app.showMap(map) : null,
    best: several && map === chosen,
  }));
  const titles = [left(chosen, several), right(chosen)];
  return [sideBySide(app, layer, maps[chosen], columns, scale, titles), listed([...lines, ...end])];
}

/** Return a window, its kernel and their products. */
function sideBySide(app, layer, cells, columns, scale, [left, right]) {
  const { colours, names } = app;
  const kernel = cells.map(({ weight, factor }) => ({
    value: factor,
    name: names.own(layer, "weights", weight),
    go: () => app.follow(layer, "weights", weight),
    best: app.isFollowed(layer, "weights", weight),
  }));
  const products = cells.map(({ factor, value, name }, at) => ({
    value: factor * value,
    name: `${kernel[at].name}·${name}`,
  }));
  const ownScale = (numbers) => scaleOf(numbers.map(({ value }) => value));
  return element(
    "div",
    { class: "windows" },
    grid(left, cells, columns, scale, colours),
    "·",
    grid(right, kernel, columns, ownScale(kernel), colours),
    "=",
    grid("their products", products, columns, ownScale(products), colours),
  );
}
