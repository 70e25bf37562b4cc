// Paper cannot be unfolded: open what is folded while the page is printed.
const folded = () => document.querySelectorAll("details:not([open])");
let unfolded = [];

addEventListener("beforeprint", () => {
  unfolded = [...folded()];
  for (const part of unfolded) part.open = true;
});

addEventListener("afterprint", () => {
  for (const part of unfolded) part.open = false;
});
