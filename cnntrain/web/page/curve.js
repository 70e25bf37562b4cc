/** The curve of the loss, step by step. */

import { number } from "page/dom.js";

const [WIDTH, HEIGHT] = [300, 60];
const MOST = 500; // points

/** Return the curve of losses as SVG; those that are no numbers any more are left out. */
export function curveOf(losses) {
  const finite = losses.filter(Number.isFinite);
  const most = finite.reduce((largest, loss) => Math.max(largest, loss), 0) || 1;
  const last = Math.max(finite.length - 1, 1);
  const every = Math.ceil(finite.length / MOST);
  const places = finite.flatMap((loss, at) => {
    if (at % every !== 0 && at !== finite.length - 1) return [];
    const [x, y] = [(at / last) * WIDTH, HEIGHT - (loss / most) * HEIGHT];
    return [`${x.toFixed(1)} ${y.toFixed(1)}`];
  });
  const what = `E from ${number(losses[0], 3)} to ${number(losses.at(-1), 3)}`;
  return (
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${what}">` +
    `<path d="M${places.join("L")}"/></svg>`
  );
}
