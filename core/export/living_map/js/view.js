// A map: brings data, points, names and gestures together. Knows no Streamlit.

import { Address } from "./address.js";
import { Camera, eased } from "./camera.js";
import { Canvas, MANY } from "./canvas.js";
import { Chrome } from "./chrome.js";
import { themeOf } from "./colors.js";
import { Film } from "./film.js";
import { Gestures } from "./gestures.js";
import { boundsOf, Grid } from "./grid.js";
import { Hands } from "./hands.js";
import { Journey } from "./journey.js";
import { pressed } from "./keyboard.js";
import { Labels } from "./labels.js";
import { Overlay } from "./layers.js";
import { Links } from "./links.js";
import { minus } from "./overlay.js";
import { bytesOf, chosenOf, nameOf, namesOf } from "./parts.js";
import { Picture, pixelForPixel } from "./picture.js";

const MOVE = 700; // milliseconds that points take from place to place
const PARTS = ["places", "frames", "colors", "sizes", "opacity", "weight", "selected"];

export class MapView {
  constructor(root) {
    this.on = { select() {}, missing() {} };
    Object.assign(this, { n: 0, turn: 0, share: 1, drawn: 0, had: {}, parts: {}, lit: new Set(), touched: -Infinity });
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
    this.camera = new Camera();
    this.labels = new Labels();
    this.journey = new Journey(this);
    this.links = new Links(this);
    this.address = new Address(this);
    this.hands = new Hands(this);
    this.chrome = new Chrome(root, this.hands.tools);
    this.canvas = new Canvas(this);
    this.picture = new Picture(this);
    this.overlay = new Overlay(this);
    const { over, stage, frame } = this.chrome;
    this.gestures = new Gestures(over, this.hands.gestures);
    const { keys } = this.hands;
    stage.map = this;
    stage.onkeydown = (event) => {
      if (pressed(event, keys)) event.preventDefault(); // to return false would keep Tab from leaving the map
    };
    stage.onblur = () => this.hands.walkTo(-1);
    this.watch = new ResizeObserver(() => this.#resize());
    this.watch.observe(frame);
  }

  end() {
    this.journey.leave();
    this.links.leave();
    this.address.end();
    this.picture.end();
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
      this.chrome.advise(error.message, true);
      return;
    }
    if (turn !== this.turn || this.ended) return; // something newer has come
    const before = this.spec;
    const changed = (name) => nameOf(spec[name]) !== this.had[name];
    const other = before?.items !== spec.items;
    const anew = other || before.revision !== spec.revision;
    Object.assign(this, { spec, key: `${spec.key}|${spec.revision}`, n: spec.n });
    PARTS.forEach((name, at) => (changed(name) || other) && this.#take(name, loaded[at], other, anew));
    const later = (spec.more ?? []).map(nameOf).join();
    if (other || changed("names") || later !== this.later) this.#name(spec.names);
    this.later = later;
    this.chrome.hint.hidden = true;
    this.#nameMarked();
    for (const name of [...PARTS, "names"]) this.had[name] = nameOf(spec[name]);
    const colors = JSON.stringify(spec.color);
    if (colors !== this.colored) this.lit.clear();
    this.chrome.label(spec, { anew: colors !== this.colored });
    this.colored = colors;
    this.theme = themeOf(this.chrome.stage);
    this.links.join(spec.link);
    this.journey.aim({ first: !before, anew });
    this.overlay.stale = true;
    this.canvas.upload();
    this.invalidate();
  }

  #take(name, bytes, other, anew) {
    this.still = null;
    if (name === "places" && bytes) {
      this.#go(new Float32Array(bytes), other);
    } else if (name === "frames") {
      const film = bytes && new Film(this.spec.film, new Uint16Array(bytes), this.n);
      if (film && anew) film.rest(this.address.moment);
      if (film) this.#go(film.places, other || !this.drawn);
      this.film = film;
      this.chrome.project(film);
    } else if (name === "selected") {
      this.chosen = bytes ? chosenOf(bytes, this.n) : null;
    } else {
      this.parts[name] = bytes && new Uint8Array(bytes);
      if (name === "weight") this.labels.weigh(this.parts.weight);
    }
  }

  /** The points move from where they are to these places; other items are there at once. */
  #go(places, other) {
    const jumps = other || !(this.film || this.after) || this.calm.matches;
    this.before = jumps ? places : this.positions().slice();
    Object.assign(this, { after: places, share: jumps ? 1 : 0, movedAt: null });
  }

  async #name(part) {
    this.titles = this.notes = null;
    this.hands.walkTo(-1);
    // Those of very many take a moment: first the points are seen.
    if (this.n > MANY) await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const { each = this.n } = this.spec;
    const names = await namesOf(part, Math.min(each, this.n)).catch(() => null);
    if (!names || this.ended || nameOf(this.spec.names) !== nameOf(part)) return;
    [this.titles, this.notes] = [new Array(this.n), new Array(this.n)];
    this.coming = new Map(); // parts of the names that were asked for
    this.#write(names, 0);
    this.#nameMarked();
  }

  #nameMarked() {
    for (const item of [...this.spec.found, ...(this.spec.trails ?? []).map(({ item }) => item)]) this.named(item);
  }

  /** Names come in parts where items are very many: fetches the one that has an item's, once for all that ask for it. */
  async named(item) {
    const { titles, coming, spec } = this;
    if (!titles || !spec.more || titles[item] !== undefined) return;
    const from = Math.floor(item / spec.each) * spec.each;
    if (!coming.has(from)) coming.set(from, this.#more(from));
    await coming.get(from);
  }

  async #more(from) {
    const { titles, spec } = this;
    const names = await namesOf(spec.more[from / spec.each - 1], Math.min(spec.each, this.n - from)).catch(() => null);
    if (names && this.titles === titles) this.#write(names, from);
  }

  #write({ titles, notes }, from) {
    titles.forEach((title, at) => (this.titles[from + at] = title));
    notes.forEach((note, at) => (this.notes[from + at] = note));
    this.labels.wide.clear();
    this.overlay.stale = true;
    this.invalidate();
  }

  /** Where the items are at this moment, float32, x and y of each in turn. */
  positions() {
    if (!this.film && this.share === 1) return this.after;
    if (this.still) return this.still;
    if (this.screened) {
      this.still = this.film.places;
    } else {
      const [share, result] = [this.part, new Float32Array(this.after.length)];
      for (let at = 0; at < result.length; at++) result[at] = this.before[at] + (this.after[at] - this.before[at]) * share;
      this.still = result;
    }
    return this.still;
  }

  /** How far the points have come; evenly where the next places come soon. */
  get part() {
    return this.spec.move ? this.share : eased(this.share);
  }

  /** The film, once the points have come to where it is; null without one, and until then. */
  get screened() {
    return this.share === 1 ? this.film ?? null : null;
  }

  /** Whether the items lie where they ended: groups and landmarks are named there, and not over a film's beginning. */
  get atEnd() {
    return !this.film || this.film.place >= this.film.count - 1;
  }

  get renderer() {
    return this.canvas.renderer;
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
    return this.film ? this.film.bounds : (this.spec.reach ?? boundsOf(this.after));
  }

  /** Whether an item is none of the dimmed ones. */
  isLit = (item) => !this.state?.[item];

  /** What is said of an item: title, numbers, and what its color means. */
  async linesOf(item) {
    await this.named(item);
    const { color, values, coordinates = [] } = this.spec;
    const { colors } = this.parts;
    const lines = [this.titles?.[item], this.notes?.[item]];
    if (color.kind === "classes") lines.push(colors[item] ? color.names[colors[item] - 1] : color.rest);
    coordinates.forEach((name, axis) => name && lines.push(`${name}: ${minus(this.positions()[2 * item + axis].toFixed(2))}`));
    const exact = values ? new Float32Array(await bytesOf(values))[item] : NaN;
    if (!Number.isNaN(exact)) {
      const sign = color.plus && exact >= 0 ? "+" : "";
      lines.push(`${color.label}: ${sign}${minus(exact.toFixed(color.digits))}`);
    }
    return lines.filter(Boolean);
  }

  /** Selects the items marked by 1, null for none; the others are dimmed. */
  select(chosen) {
    this.chosen = chosen;
    this.canvas.light();
    this.invalidate();
  }

  /** Shows one class more alone, or one less. */
  filter(place) {
    if (!this.lit.delete(place)) this.lit.add(place);
    if (this.lit.size === this.spec.color.names.length) this.lit.clear();
    this.chrome.light(this.lit);
    this.canvas.light();
    this.invalidate();
  }

  /** Does something to the film; linked films keep step with one to which somebody does. */
  screen(act, { leads = true } = {}) {
    if (leads) this.links.project();
    this.address.acted ||= leads;
    act(this.film);
    this.share = 1; // points that are still on their way to its end are there
    this.still = null;
    this.overlay.stale = true;
    this.invalidate();
  }

  /** Somebody moves the map. */
  touch() {
    this.touched = performance.now();
    this.address.acted = true;
    this.links.lead();
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
    this.links.follow();
    this.picture.draw(now);
    const fading = this.overlay.draw(now);
    this.hands.follow();
    if (this.film) this.chrome.follow(this.film);
    this.address.follow();
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
      pixelForPixel(canvas, this.ratio);
    }
    Object.assign(this.camera, { width, height });
    this.overlay.stale = true;
    this.canvas.begin(); // while the parts are on their way
    if (!this.spec) return;
    this.journey.refit();
    this.canvas.upload();
    this.draw(performance.now()); // at once: a canvas of a new size is empty
  }
}
