// A map: brings data, points, names and gestures together. Knows no Streamlit.

import { Camera, eased } from "./camera.js";
import { Chrome } from "./chrome.js";
import { numbersOf, paletteOf, themeOf } from "./colors.js";
import { Film } from "./film.js";
import { Gestures } from "./gestures.js";
import { boundsOf, Grid } from "./grid.js";
import { Hands } from "./hands.js";
import { Journey } from "./journey.js";
import { pressed } from "./keyboard.js";
import { Labels } from "./labels.js";
import { Overlay } from "./layers.js";
import { gridLines } from "./overlay.js";
import { bytesOf, chosenOf, nameOf, namesOf } from "./parts.js";
import { Renderer } from "./renderer.js";

const MOVE = 700; // milliseconds that points take from place to place
const DIMMED = 0.16;
const GRID = 0.09;
const PARTS = ["places", "frames", "colors", "sizes", "opacity", "weight", "selected"];

export class MapView {
  constructor(root) {
    this.on = { select() {}, missing() {} };
    Object.assign(this, { n: 0, turn: 0, share: 1, drawn: 0, had: {}, parts: {}, lit: new Set() });
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
    this.camera = new Camera();
    this.labels = new Labels();
    this.journey = new Journey(this);
    this.hands = new Hands(this);
    this.chrome = new Chrome(root, this.hands.tools);
    this.overlay = new Overlay(this);
    const { over, stage, frame } = this.chrome;
    this.gestures = new Gestures(over, this.hands.gestures);
    const { keys } = this.hands;
    stage.map = this;
    stage.onkeydown = (event) => pressed(event, keys) && event.preventDefault();
    stage.onblur = () => this.hands.walkTo(-1);
    this.watch = new ResizeObserver(() => this.#resize());
    this.watch.observe(frame);
  }

  end() {
    this.journey.leave();
    this.ended = true;
    this.watch.disconnect();
    this.gestures.end();
    this.renderer?.end();
  }

  /** Shows what the data says; only what has changed since is loaded and drawn anew. */
  async show(spec) {
    const turn = ++this.turn;
    let loaded;
    try {
      loaded = await Promise.all(PARTS.map((name) => bytesOf(spec[name])));
    } catch (error) {
      this.chrome.advise(error.message);
      return;
    }
    if (turn !== this.turn || this.ended) return; // something newer has come
    const before = this.spec;
    const changed = (name) => nameOf(spec[name]) !== this.had[name];
    const other = before?.items !== spec.items;
    Object.assign(this, { spec, key: `${spec.key}|${spec.revision}`, n: spec.n });
    PARTS.forEach((name, at) => (changed(name) || other) && this.#take(name, loaded[at], other));
    if (other || changed("names")) this.#name(spec.names);
    for (const name of [...PARTS, "names"]) this.had[name] = nameOf(spec[name]);
    if (before && before.color.label !== spec.color.label) this.lit.clear();
    this.chrome.label(spec, this.lit);
    this.theme = themeOf(this.chrome.stage);
    this.journey.aim({ first: !before, anew: other || before.revision !== spec.revision });
    this.overlay.stale = true;
    this.#upload();
    this.invalidate();
  }

  #take(name, bytes, other) {
    this.still = null;
    if (name === "places" && bytes) {
      const jumps = other || !this.after || this.calm.matches;
      this.before = jumps ? null : this.positions().slice();
      this.after = new Float32Array(bytes);
      this.before ??= this.after;
      Object.assign(this, { share: jumps ? 1 : 0, movedAt: null });
    } else if (name === "frames") {
      this.film = bytes && new Film(this.spec.film, new Uint16Array(bytes), this.n);
      this.chrome.project(this.film);
    } else if (name === "selected") {
      this.chosen = bytes ? chosenOf(bytes, this.n) : null;
    } else {
      this.parts[name] = bytes && new Uint8Array(bytes);
      if (name === "weight") this.labels.weigh(this.parts.weight);
    }
  }

  async #name(part) {
    this.titles = this.notes = null;
    this.hands.walkTo(-1);
    const names = await namesOf(part).catch(() => null);
    if (!names || this.ended || nameOf(this.spec.names) !== nameOf(part)) return;
    Object.assign(this, names); // titles and notes
    this.labels.wide.clear();
    this.overlay.stale = true;
    this.invalidate();
  }

  /** Where the items are at this moment, float32, x and y of each in turn. */
  positions() {
    if (!this.film && this.share === 1) return this.after;
    if (this.still) return this.still;
    if (this.film) {
      this.still = this.film.places;
    } else {
      const [share, result] = [eased(this.share), new Float32Array(this.after.length)];
      for (let at = 0; at < result.length; at++) result[at] = this.before[at] + (this.after[at] - this.before[at]) * share;
      this.still = result;
    }
    return this.still;
  }

  get moving() {
    return this.share < 1 || Boolean(this.film?.playing);
  }

  /** The items by where they lie; null while they move. */
  get grid() {
    if (this.moving) return null;
    const places = this.positions();
    if (this.gridded?.places !== places) this.gridded = new Grid(places);
    return this.gridded;
  }

  get bounds() {
    return this.film ? this.film.bounds : boundsOf(this.after);
  }

  /** Whether an item is none of the dimmed ones. */
  isLit = (item) => !this.state?.[item];

  /** What is said of an item: title, numbers, and what its color means. */
  async linesOf(item) {
    const { color, values } = this.spec;
    const { colors } = this.parts;
    const lines = [this.titles?.[item], this.notes?.[item]];
    if (color.kind === "classes") lines.push(colors[item] ? color.names[colors[item] - 1] : color.rest);
    const exact = values ? new Float32Array(await bytesOf(values))[item] : NaN;
    if (!Number.isNaN(exact)) {
      const sign = color.plus && exact >= 0 ? "+" : "";
      lines.push(`${color.label}: ${sign}${exact.toFixed(color.digits).replace("-", "−")}`);
    }
    return lines.filter(Boolean);
  }

  /** Selects the items marked by 1, null for none; the others are dimmed. */
  select(chosen) {
    this.chosen = chosen;
    this.#light();
    this.invalidate();
  }

  /** Shows one class more alone, or one less. */
  filter(place) {
    if (!this.lit.delete(place)) this.lit.add(place);
    if (this.lit.size === this.spec.color.names.length) this.lit.clear();
    this.chrome.label(this.spec, this.lit);
    this.#light();
    this.invalidate();
  }

  /** Does something to the film. */
  screen(act) {
    act(this.film);
    this.still = null;
    this.overlay.stale = true;
    this.invalidate();
  }

  /** Asks for a picture with the browser's next one. */
  invalidate() {
    this.asked ??= requestAnimationFrame((now) => {
      this.asked = undefined;
      this.draw(now);
    });
  }

  draw(now) {
    if (this.ended || !this.renderer || !this.spec) return;
    this.#advance(now);
    const { camera, film, ratio, theme, spec } = this;
    const [first, second, share] = film ? film.now : [0, 0, eased(this.share)];
    if (film) this.renderer.frame(first, second, this.n);
    const [left, low, right, high] = film ? film.bounds : [0, 0, 1, 1];
    this.renderer.draw({
      clip: camera.clip([[left, low], [right - left, high - low]]),
      share: film && this.calm.matches ? Math.round(share) : share,
      ratio,
      grow: Math.min(2.6, Math.max(0.8, camera.zoom ** 0.3)),
      colors: spec.color.kind === "classes" ? spec.color.colors.length : 0,
      dimmed: DIMMED,
      line: theme.line,
      lines: gridLines(camera, spec.axes, ratio),
      lineColor: numbersOf(theme.text).map((value) => (value / 255) * GRID).concat(GRID),
    });
    this.drawn++;
    const fading = this.overlay.draw(now);
    this.hands.follow();
    if (film) this.chrome.follow(film);
    if (this.moving || this.journey.going || fading) this.invalidate();
  }

  #advance(now) {
    const passed = Math.min(100, now - (this.last ?? now)) / 1000;
    this.last = this.moving ? now : undefined;
    if (this.moving) this.still = null;
    if (this.share < 1) {
      this.movedAt ??= now;
      this.share = Math.min(1, (now - this.movedAt) / (this.spec.move ?? MOVE));
    }
    this.film?.advance(passed);
    this.journey.advance(now);
  }

  #resize() {
    const { frame, points, over } = this.chrome;
    const [width, height] = [frame.clientWidth, frame.clientHeight];
    if (!width || !height || this.ended) return;
    this.ratio = Math.min(2, devicePixelRatio || 1);
    for (const canvas of [points, over]) {
      canvas.width = Math.round(width * this.ratio);
      canvas.height = Math.round(height * this.ratio);
    }
    Object.assign(this.camera, { width, height });
    this.overlay.stale = true;
    if (!this.spec) return;
    this.journey.refit();
    this.#upload();
    this.draw(performance.now()); // at once: a canvas of a new size is empty
  }

  /** Gives the renderer what it does not have yet. */
  #upload() {
    if (!this.spec || !this.ratio) return;
    if (!this.renderer && !this.#start()) return;
    const { renderer, spec, parts, film, done } = this;
    const put = (name, value, act) => {
      if (done[name] !== value) act(value);
      done[name] = value;
    };
    if (film) {
      put("frames", film.steps, (steps) => renderer.frames(steps));
    } else {
      put("before", this.before, (places) => renderer.places("before", places));
      put("after", this.after, (places) => renderer.places("after", places));
    }
    put("color", parts.colors, (colors) => renderer.numbers("color", colors));
    put("opacity", parts.opacity, (opacity) => renderer.numbers("opacity", opacity));
    put("size", parts.sizes, (sizes) => renderer.numbers("size", sizes));
    if (!parts.sizes) renderer.alike(this.size);
    put("palette", JSON.stringify(spec.color), () => renderer.palette(paletteOf(spec.color)));
    this.#light();
  }

  /** The diameter of points that are all alike, in pixels: many are small. */
  get size() {
    return Math.max(1.6, Math.min(9, 8.5 * (1500 / this.n) ** 0.2)) * (this.camera.width < 500 ? 0.85 : 1);
  }

  /** Which items are dimmed, and which lie at the back: the dimmed, those in no class, the large. */
  #light() {
    const { n, chosen, lit, spec } = this;
    const { colors, sizes } = this.parts;
    const classes = lit.size > 0 && spec.color.kind === "classes";
    const state = chosen || classes ? new Uint8Array(n) : null;
    for (let item = 0; state && item < n; item++) {
      state[item] = (chosen && !chosen[item]) || (classes && !lit.has(colors[item] - 1)) ? 1 : 0;
    }
    this.state = state;
    this.overlay.stale = true;
    if (!this.renderer) return;
    this.renderer.numbers("state", state);
    this.renderer.order(
      ordered(n, (item) => (state?.[item] ? 0 : 512) + (colors[item] ? 256 : 0) + (sizes ? 255 - sizes[item] : 0)),
    );
  }

  #start() {
    const canvas = this.chrome.points;
    try {
      this.renderer = new Renderer(canvas);
      this.done = {};
    } catch (error) {
      console.warn(error.message);
      this.on.missing();
      return false;
    }
    canvas.addEventListener("webglcontextlost", () => {
      this.renderer = null;
      setTimeout(() => this.#again(canvas), 200);
    });
    return true;
  }

  /** After a lost context: a new canvas, and everything anew. */
  #again(lost) {
    if (this.ended || lost !== this.chrome.points) return;
    this.chrome.points = lost.cloneNode();
    lost.replaceWith(this.chrome.points);
    this.#upload();
    this.invalidate();
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
