// One picture of everything that lies over the points.

import { MANY } from "./canvas.js";
import { drawAxes, drawFound, drawLoop, drawNamed, drawNear, drawOutlines, drawTrails, ring } from "./overlay.js";

const ANEW = 120; // milliseconds between two choices of names while the map moves

export class Overlay {
  constructor(view) {
    this.view = view;
    this.stale = true;
    this.chosenAt = 0;
  }

  /** Draws it; whether something in it still moves. */
  draw(now) {
    const { camera, chrome, ratio } = this.view;
    const context = chrome.over.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, camera.width, camera.height);
    return this.paint(context, now);
  }

  /** The same on any context of so many pixels. */
  paint(context, now) {
    const { view } = this;
    const { camera, spec, theme, titles } = view;
    const taken = view.chrome.covered;
    if (spec.axes[0]) taken.push([0, camera.height - 34, camera.width, camera.height]);
    if (spec.axes[1]) taken.push([0, 0, 34, camera.height], [0, 0, camera.width * 0.4, 24]);
    const named = view.n <= MANY || !view.moving;
    const places = named ? view.positions() : null;
    drawOutlines(context, camera, spec.outlines, theme);
    if (places && spec.near.length) drawNear(context, camera, places, spec.found[0], spec.near, theme);
    const trails = spec.trails ?? [];
    if (places) drawTrails(context, camera, places, trails, view.screened, titles, theme, taken);
    if (places) drawFound(context, camera, places, spec.found, titles, theme, taken);
    for (const layer of view.atEnd ? spec.named : []) drawNamed(context, camera, layer, theme, taken);
    const fading = named && this.#names(context, places, taken, now);
    drawAxes(context, camera, spec, theme, view.chrome.covered[0]);
    for (const item of new Set([view.hands.hovered, view.hands.cursor])) {
      if (item >= 0 && places) ring(context, camera.toScreen(places[2 * item], places[2 * item + 1]), 7, 2, theme.text);
    }
    if (view.hands.loop) drawLoop(context, view.hands.loop, theme);
    return fading;
  }

  #names(context, places, taken, now) {
    const { view } = this;
    const { camera, theme, titles } = view;
    if (!titles) return false;
    context.font = `12px ${theme.font}`;
    const seen = `${camera.x},${camera.y},${camera.scaleX},${camera.width},${camera.height}`;
    const other = seen !== this.seen || view.moving;
    this.stale ||= other;
    const reach = (item) => view.canvas.radius(item);
    const due = this.stale && now - this.chosenAt >= ANEW;
    if (due) {
      const marked = new Set([...view.spec.found, ...(view.spec.trails ?? []).map(({ item }) => item)]);
      const isLit = (item) => view.isLit(item) && !marked.has(item);
      const grid = view.moving ? null : view.grid;
      view.labels.choose(context, { camera, titles, places, grid, isLit, taken, wanted: (item) => view.named(item), reach, now });
      Object.assign(this, { chosenAt: now, stale: false, seen });
    }
    const fading = view.labels.draw(context, { camera, titles, places, theme, reach, now, still: view.calm.matches });
    return fading || this.stale;
  }
}
