// What people do with a map: point, select, walk, choose tools.

import { nextItem } from "./keyboard.js";
import { bitsOf } from "./parts.js";
import { savePng, saveSvg } from "./still.js";

const REACH = 14; // pixels within which a pointer finds an item
const WHEEL = "Press in the map to zoom with the wheel, or hold Ctrl or ⌘.";
const FINGER = "Tap the map before you move it with one finger; two always do.";

export class Hands {
  constructor(view) {
    Object.assign(this, { view, hovered: -1, cursor: -1, loop: null, hints: 2 });
  }

  get tools() {
    const { view } = this;
    const choose = (tool) => () => {
      view.gestures.choose(tool);
      view.chrome.press(tool);
    };
    return {
      pan: choose("pan"),
      lasso: choose("lasso"),
      box: choose("box"),
      nearer: () => this.#fly((journey) => journey.zoom(1.6)),
      farther: () => this.#fly((journey) => journey.zoom(1 / 1.6)),
      whole: () => this.#fly((journey) => journey.whole()),
      picture: () => savePng(view),
      drawing: () => saveSvg(view),
      class: (place) => view.filter(place),
      play: () => view.screen((film) => film.play(!film.playing)),
      scrub: (place) => view.screen((film) => film.rest(place)),
      speed: (speed) => view.screen((film) => (film.speed = speed)),
    };
  }

  get gestures() {
    const { view } = this;
    const moved = (act) => (...how) => {
      view.journey.stop();
      view.touch();
      act(...how);
      view.invalidate();
    };
    return {
      pan: moved((right, down) => view.camera.pan(right, down)),
      zoom: moved((left, top, factor) => view.camera.zoomAt(left, top, factor)),
      hover: (left, top) => this.hover(this.itemAt(left, top)),
      leave: () => this.hover(-1),
      click: (left, top, more, finger) => {
        const item = this.itemAt(left, top);
        if (finger) this.walkTo(item); // a finger does not stay over an item
        this.#click(item, more);
      },
      double: (left, top) => this.itemAt(left, top) < 0 && this.#fly((journey) => journey.whole()),
      loop: (loop) => {
        this.loop = loop;
        view.invalidate();
      },
      drawn: (loop, more) => this.#surround(loop, more),
      hint: (finger) => {
        if (this.hints-- > 0) view.chrome.advise(finger ? FINGER : WHEEL);
      },
    };
  }

  get keys() {
    const { view } = this;
    return {
      walk: (direction) => this.#walk(direction),
      choose: (more) => this.cursor >= 0 && this.#click(this.cursor, more),
      leave: () => (this.cursor >= 0 ? this.walkTo(-1) : view.chrome.stage.blur()),
      zoom: (factor) => this.#fly((journey) => journey.zoom(factor)),
      reset: () => this.#fly((journey) => journey.whole()),
    };
  }

  /** The item under a point of the screen; -1 where there is none. */
  itemAt(left, top) {
    const { grid, camera, n } = this.view;
    if (!grid || !n) return -1;
    const [x, y] = camera.toPlane(left, top);
    return grid.nearest(x, y, [REACH / camera.scaleX, REACH / camera.scaleY], (item, itemX, itemY) => {
      const far = Math.hypot((itemX - x) * camera.scaleX, (itemY - y) * camera.scaleY);
      return far <= REACH && this.view.isLit(item) ? far : Infinity;
    });
  }

  hover(item) {
    if (item === this.hovered) return;
    this.point(item);
    this.view.links.others((other) => other.hands.point(item));
  }

  /** Shows that an item is pointed at, here or on a linked map. */
  point(item) {
    this.hovered = item;
    this.view.chrome.over.toggleAttribute("data-on", item >= 0);
    this.#tell(item >= 0 ? item : this.cursor);
    this.view.invalidate();
  }

  /** Selects items, these alone or beside what is selected; null: none. Says so once. */
  choose(items, beside = false) {
    const { view } = this;
    const chosen = beside && view.chosen ? view.chosen.slice() : new Uint8Array(view.n);
    for (const item of items ?? []) chosen[item] = beside && items.length === 1 ? 1 - chosen[item] : 1;
    view.select(items && chosen.includes(1) ? chosen : null);
    view.links.others((other) => other.select(view.chosen));
    view.on.select(view.chosen ? bitsOf(view.chosen) : "");
  }

  /** The walk comes to an item, which is said; -1 ends it. */
  async walkTo(item) {
    this.cursor = item;
    this.#tell(item);
    this.view.invalidate();
    if (item < 0) return;
    const { camera, chrome, journey } = this.view;
    const [left, top] = this.#spot(item);
    if (left < 40 || top < 40 || left > camera.width - 40 || top > camera.height - 40) {
      const places = this.view.positions();
      this.view.touch();
      camera.own = true;
      journey.fly({ ...camera.place, x: places[2 * item], y: places[2 * item + 1] });
    }
    chrome.told.textContent = (await this.view.linesOf(item)).join(", ");
  }

  /** Keeps the box over its item while the map moves. */
  follow() {
    const item = this.hovered >= 0 ? this.hovered : this.cursor;
    if (item >= 0 && this.told === item) this.view.chrome.put(this.#spot(item));
  }

  #spot(item) {
    const places = this.view.positions();
    return this.view.camera.toScreen(places[2 * item], places[2 * item + 1]);
  }

  async #tell(item) {
    this.told = item;
    if (item < 0) {
      this.view.chrome.say(null);
      return;
    }
    const lines = await this.view.linesOf(item);
    if (item === this.told) this.view.chrome.say(lines, this.#spot(item));
  }

  #fly(act) {
    this.view.touch();
    act(this.view.journey);
  }

  #click(item, more) {
    const { chosen, spec, n, on } = this.view;
    if (spec.picks) {
      if (item >= 0) on.select(bitsOf(Uint8Array.from({ length: n }, (_, at) => Number(at === item))));
      return;
    }
    if (item < 0) {
      if (chosen && !more) this.choose(null);
      return;
    }
    const alone = chosen?.[item] && chosen.reduce((sum, one) => sum + one, 0) === 1;
    this.choose(alone ? null : [item], more && !alone);
  }

  #surround(loop, more) {
    const { grid, camera } = this.view;
    const corners = [];
    for (let at = 0; at < loop.length; at += 2) corners.push(...camera.toPlane(loop[at], loop[at + 1]));
    if (grid) this.choose(grid.inside(corners), more);
  }

  #walk(direction) {
    const { grid, camera, isLit } = this.view;
    if (!grid) return;
    const scales = [camera.scaleX, camera.scaleY];
    const next = this.cursor < 0 ? this.#first() : nextItem(grid, scales, this.cursor, direction, isLit);
    if (next >= 0) this.walkTo(next);
  }

  /** Where a walk begins: at what is found, else at the item nearest to the middle. */
  #first() {
    const { camera, grid, isLit, spec } = this.view;
    if (spec.found.length) return spec.found[0];
    const { x, y, scaleX, scaleY, width, height } = camera;
    return grid.nearest(x, y, [width / scaleX, height / scaleY], (item, itemX, itemY) =>
      isLit(item) ? Math.hypot((itemX - x) * scaleX, (itemY - y) * scaleY) : Infinity,
    );
  }
}
