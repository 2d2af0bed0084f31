// Where the camera goes by itself: to the whole map, to what is found, back to where somebody left it.

import { along, between, Camera, eased } from "./camera.js";
import { boundsOf } from "./grid.js";

const FLIGHT = 650; // milliseconds
const [ONE_NEARER, MOST_NEARER] = [3, 6]; // for one item alone, for several at most
const left = new Map(); // what was seen of each map when it was left

export class Journey {
  constructor(view) {
    Object.assign(this, { view, camera: view.camera, flight: null, sought: "[]" });
  }

  get going() {
    return this.flight !== null;
  }

  /** Goes where a new map, or a new search, is to be seen. */
  aim({ first, anew }) {
    const { camera, view } = this;
    if (anew) camera.own = false;
    if (!camera.own) this.whole(!first);
    const linked = anew ? view.address.place : null;
    const kept = linked ?? (anew && left.get(view.key));
    if (kept) this.take(kept);
    if (linked) view.links.lead();
    this.due = linked && !view.ratio; // how large the map is is not known yet
    const found = JSON.stringify(view.spec.found);
    if (view.spec.fly && found !== this.sought && view.spec.found.length && !kept) this.fly(this.#around());
    this.sought = found;
  }

  leave() {
    if (this.camera.own) left.set(this.view.key, this.camera.place);
    else left.delete(this.view.key);
  }

  stop() {
    this.flight = null;
  }

  /** Is at a place at once, where somebody has moved the map. */
  take(place) {
    this.stop();
    Object.assign(this.camera, { place, own: true, whole: this.fitting().scaleX });
  }

  /** No map comes back where somebody has left it: the address says where. */
  forget() {
    left.clear();
  }

  /** The place from which the whole map is seen. */
  fitting() {
    return this.#fitting(this.view.bounds);
  }

  /** To the whole map, or there at once. */
  whole(slowly = true) {
    const place = this.fitting();
    this.camera.whole = place.scaleX;
    this.camera.own = false;
    this.fly(place, slowly);
  }

  zoom(factor) {
    const aim = Object.assign(new Camera(), this.camera);
    aim.zoomAt(aim.width / 2, aim.height / 2, factor);
    this.camera.own = true;
    this.fly(aim.place);
  }

  fly(place, slowly = true) {
    // While the points move too, all of them are kept in sight.
    this.flight = { from: this.camera.place, to: place, start: null, along: !this.camera.own && this.view.share < 1 };
    if (!slowly || this.view.calm.matches) this.#land();
    this.view.invalidate();
  }

  advance(now) {
    if (!this.flight) return;
    if (this.flight.along) {
      if (this.view.share === 1) this.#land();
      else this.camera.place = along(this.flight.from, this.flight.to, this.view.part);
      return;
    }
    this.flight.start ??= now;
    const share = (now - this.flight.start) / FLIGHT;
    if (share >= 1) this.#land();
    else this.camera.place = between(this.flight.from, this.flight.to, eased(share));
  }

  /** After the map's room on the screen has changed. */
  refit() {
    const { camera, view, due } = this;
    this.due = false;
    if (camera.own) {
      this.take((due && view.address.place) || camera.place);
      return;
    }
    this.whole(false);
    if (view.spec.fly && view.spec.found.length) camera.place = this.#around();
  }

  #land() {
    this.camera.place = this.flight.to;
    this.flight = null;
  }

  #fitting(bounds) {
    return this.camera.fitting(bounds, this.view.spec.equal);
  }

  /** So near that all that is found, and its neighbors, are just seen. */
  #around() {
    const { spec } = this.view;
    const places = this.view.positions();
    const at = [...spec.found, ...spec.near].flatMap((item) => [places[2 * item], places[2 * item + 1]]);
    const [whole, place] = [this.fitting(), this.#fitting(boundsOf(at))];
    const seen = 0.8 * Math.min(place.scaleX / whole.scaleX, place.scaleY / whole.scaleY);
    const nearer = at.length === 2 ? ONE_NEARER : Math.min(MOST_NEARER, Math.max(1, seen));
    return { ...place, scaleX: whole.scaleX * nearer, scaleY: whole.scaleY * nearer };
  }
}
