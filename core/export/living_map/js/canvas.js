// The points of a map on their canvas: starts the renderer, gives it what it does not have yet, and starts anew where
// the browser has taken the canvas' context away.

import { paletteOf } from "./colors.js";
import { Renderer } from "./renderer.js";

export const DIMMED = 0.24; // of the opacity that a point has
const AGAIN = 200; // milliseconds after a lost context
export const MANY = 200_000;
const ONE_OF = 10;
const SLOW = 70; // milliseconds from picture to picture
const REST = 250; // milliseconds without a move, after which everything is drawn again

export class Canvas {
  constructor(view) {
    Object.assign(this, { view, renderer: null, done: {}, drawn: null }); // drawn: what the last picture was told
  }

  /** Gives the renderer what it does not have yet. */
  upload() {
    const { view } = this;
    if (!view.spec || !view.ratio) return;
    const renderer = this.begin();
    if (!renderer) return;
    const { done } = this; // of this renderer
    const { parts, film } = view;
    const put = (name, value, act) => {
      if (done[name] !== value) act(value);
      done[name] = value;
    };
    if (film) put("frames", film.steps, (steps) => renderer.frames(steps));
    if (view.before && !view.screened) {
      put("before", view.before, (places) => renderer.places("before", places));
      put("after", view.after, (places) => renderer.places("after", places));
    }
    put("color", parts.colors, (colors) => renderer.numbers("color", colors));
    put("opacity", parts.opacity, (opacity) => renderer.numbers("opacity", opacity));
    put("size", parts.sizes, (sizes) => renderer.numbers("size", sizes));
    if (!parts.sizes) renderer.alike(this.size);
    put("palette", view.colored, () => renderer.palette(paletteOf(view.spec.color)));
    this.light();
  }

  /** The diameter of points that are all alike, in pixels: many are small. */
  get size() {
    const { n, camera } = this.view;
    return Math.max(1.6, Math.min(9, 8.5 * (1500 / n) ** 0.2)) * (camera.width < 500 ? 0.85 : 1);
  }

  /** How much larger points are drawn where one has come nearer. */
  get grow() {
    return Math.min(2.6, Math.max(0.8, this.view.camera.zoom ** 0.3));
  }

  /** From the middle of an item's point to its rim, in pixels. */
  radius(item) {
    const { sizes } = this.view.parts;
    return ((sizes ? sizes[item] / 8 : this.size) / 2) * this.grow;
  }

  /** Which items are dimmed, and which lie at the back: the dimmed, those in no class, the large. */
  light() {
    const { view } = this;
    const { n, chosen, lit, spec } = view;
    const { colors, sizes } = view.parts;
    const classes = lit.size > 0 && spec.color.kind === "classes";
    const state = chosen || classes ? new Uint8Array(n) : null;
    for (let item = 0; state && item < n; item++) {
      state[item] = (chosen && !chosen[item]) || (classes && !lit.has(colors[item] - 1)) ? 1 : 0;
    }
    view.state = state;
    view.overlay.stale = true;
    this.drawn = null;
    if (!this.renderer) return;
    this.renderer.numbers("state", state);
    const layerOf = (item) => (state?.[item] ? 0 : 512) + (colors[item] ? 256 : 0) + (sizes ? 255 - sizes[item] : 0);
    this.order = ordered(n, layerOf);
    this.renderer.order("all", this.order);
    if (n > MANY) this.renderer.order("few", this.order.filter((item) => (Math.imul(item, 0x9e3779b1) >>> 0) % ONE_OF === 0));
  }

  /** Which items to draw now: of very many on a slow machine a few while they are moved, all as soon as they rest. */
  which(now) {
    const { view } = this;
    const { last = now } = this;
    const passed = now - last;
    this.last = now;
    if (view.n <= MANY) return "all";
    // A picture of very many may itself come later than REST after the move that it is of.
    const busy = view.moving || view.journey.going || view.touched > last || now - view.touched < REST;
    this.slow ||= busy && this.busy && passed > SLOW;
    this.busy = busy;
    if (!busy || !this.slow) return "all";
    clearTimeout(this.resting);
    this.resting = setTimeout(() => view.invalidate(), REST + 20);
    return "few";
  }

  /** The renderer, started where there is none: a browser takes a while for that. */
  begin() {
    if (this.renderer) return this.renderer;
    const canvas = this.view.chrome.points;
    try {
      this.renderer = new Renderer(canvas);
    } catch (error) {
      console.warn(error.message);
      this.view.on.missing();
      return null;
    }
    this.done = {};
    canvas.addEventListener("webglcontextlost", () => {
      this.renderer = null;
      setTimeout(() => this.#again(canvas), AGAIN);
    });
    return this.renderer;
  }

  /** A new canvas in the place of the lost one, and everything anew. */
  #again(lost) {
    const { chrome, ended } = this.view;
    if (ended || lost !== chrome.points) return;
    chrome.points = lost.cloneNode();
    lost.replaceWith(chrome.points);
    this.upload();
    this.view.invalidate();
  }
}

/** Numbers 0 … n - 1 in the order of their layers, 0 to 1023, as many in a layer as there are. */
function ordered(n, layerOf) {
  const starts = new Uint32Array(1025);
  for (let item = 0; item < n; item++) starts[layerOf(item) + 1]++;
  for (let layer = 0; layer < 1024; layer++) starts[layer + 1] += starts[layer];
  const result = new Uint32Array(n);
  for (let item = 0; item < n; item++) result[starts[layerOf(item)]++] = item;
  return result;
}
