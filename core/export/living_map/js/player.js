// A film in a file of its own, which needs no server and fetches nothing.

import { begin } from "./alone.js";

const told = JSON.parse(document.getElementById("told").textContent);
const player = begin(document.getElementById("map").attachShadow({ mode: "open" }));
player.on.missing = () => player.chrome.advise("This browser has no WebGL2, which draws the points of the film.", true);
await player.show(told);
if (!player.calm.matches) player.screen((film) => film.play(true));
for (const look of ["(prefers-color-scheme: dark)", "(forced-colors: active)"]) {
  matchMedia(look).addEventListener("change", () => player.show(told));
}
