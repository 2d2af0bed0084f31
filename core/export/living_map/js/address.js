// What the address says of a map: where its camera is, and the moment of its film. The script that every page of the
// program begins with (dashboard/server/history.js) writes it there and tells of Back and Forward, so the server draws
// nothing anew for it. A film in a file has no such script, and says nothing.

import { LEAST_ZOOM, MOST_ZOOM } from "./camera.js";

const STILL = 400; // milliseconds in which nothing moves, after which what is seen is said

export class Address {
  constructor(view) {
    Object.assign(this, { view, page: location.pathname, acted: false, seen: "" });
    this.ending = new AbortController();
    addEventListener("wentback", () => this.#restore(), { signal: this.ending.signal });
  }

  end() {
    clearTimeout(this.waiting);
    this.ending.abort();
  }

  /** What is seen is said as soon as it rests; called after each picture. */
  follow() {
    const seen = this.#text();
    if (seen === this.seen) return;
    this.seen = seen;
    this.#wait();
  }

  /** Where the address has the camera, {x, y, scaleX, scaleY}; null where it has it nowhere. */
  get place() {
    const { camera, view } = this.#said;
    if (!camera || camera.length !== 3 || !camera.every(Number.isFinite)) return null;
    const [x, y, zoom] = camera;
    const { scaleX, scaleY } = view.journey.fitting();
    const nearer = Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, zoom));
    return { x, y, scaleX: scaleX * nearer, scaleY: scaleY * nearer };
  }

  /** The frame at which the address has the film; null where it says none. */
  get moment() {
    const { frame } = this.#said;
    return Number.isFinite(frame) ? frame : null;
  }

  get #name() {
    return `seen_${this.view.spec.key}`;
  }

  /** Tells this picture from others, of which no camera is this one's. */
  get #picture() {
    const { items, revision } = this.view.spec;
    let hash = 0x811c9dc5; // FNV-1a
    for (const letter of `${items}|${revision}`) hash = Math.imul(hash ^ letter.codePointAt(0), 0x01000193);
    return (hash >>> 0).toString(36);
  }

  get #said() {
    const { view } = this;
    const [picture, camera, frame] = (new URLSearchParams(location.search).get(this.#name) ?? "").split("_");
    if (picture !== this.#picture || location.pathname !== this.page) return { view };
    return { view, camera: camera && camera.split("~").map(Number), frame: frame ? Number(frame) : NaN };
  }

  #text() {
    const { camera, film, atEnd } = this.view;
    const digits = Math.min(20, Math.max(0, Math.ceil(Math.log10(camera.scaleX)) + 1)); // a tenth of a pixel
    const place = camera.own ? [camera.x.toFixed(digits), camera.y.toFixed(digits), camera.zoom.toFixed(3)].join("~") : "";
    const frame = film && !atEnd ? film.place.toFixed(2) : "";
    return place || frame ? [this.#picture, place, frame].join("_") : "";
  }

  #wait() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.#say(), STILL);
  }

  #say() {
    const { view, acted } = this;
    if (view.gestures.pointers.size || view.journey.going || view.moving) return this.#wait();
    this.acted = false;
    if (location.pathname !== this.page || view.links.follows) return;
    const values = { [this.#name]: this.#text() };
    view.links.others((other) => (values[other.address.#name] = "")); // they go where this one is
    dispatchEvent(new CustomEvent("seen", { detail: { values, byHand: acted } }));
  }

  /** Somebody went back or forward: what the address has now is seen. */
  #restore() {
    const { view, place, moment } = this;
    clearTimeout(this.waiting);
    if (!view.spec || location.pathname !== this.page) return;
    view.journey.forget();
    if (view.links.follows && !place && moment === null) return;
    if (view.film) view.screen((film) => film.rest(moment));
    if (place) view.journey.take(place);
    else if (view.camera.own) view.journey.whole();
    view.links.lead();
    Object.assign(this, { seen: this.#text(), acted: false });
  }
}
