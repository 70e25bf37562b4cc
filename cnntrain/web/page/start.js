/** Bring the network to life, where the page has one. */

import { start } from "page/app.js";

const root = document.getElementById("network");
if (root) {
  const data = document.getElementById("network-data").textContent;
  window.app = start(root, JSON.parse(data)); // to look into from the console, too
}
