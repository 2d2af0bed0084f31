// Names beside points, where there is room: the best-known first, more as one comes nearer, none over another.

import { faint } from "./colors.js";

const LONGEST = 30;
const COVERED = 0.1; // share of the picture that names may cover
const FEWEST = 4; // names, however small the picture
const MOST_LOOKED_AT = 6000;
const TALL = 15;
const FADE = 220;

export function shortened(text, most = LONGEST) {
  return text.length > most ? `${text.slice(0, most - 1).trimEnd()}…` : text;
}

/** As much of a text as there is room for, in pixels. */
export function fitted(context, text, most) {
  let kept = text.length;
  while (kept > 8 && context.measureText(shortened(text, kept)).width > most) kept -= 4;
  return shortened(text, kept);
}

export class Labels {
  constructor() {
    this.shown = new Map(); // item: {side, since}
    this.order = this.rank = null;
    this.wide = new Map();
  }

  /** @param weight How well-known each item is, 0 to 255; null where nothing says. */
  weigh(weight) {
    this.shown.clear();
    this.order = this.rank = null;
    if (!weight) return;
    const starts = new Uint32Array(257);
    for (const value of weight) starts[256 - value]++;
    for (let at = 1; at < 257; at++) starts[at] += starts[at - 1];
    this.rank = new Uint32Array(weight.length);
    this.order = new Uint32Array(weight.length);
    weight.forEach((value, item) => {
      this.rank[item] = starts[255 - value]++;
      this.order[this.rank[item]] = item;
    });
  }

  /** Chooses anew which names there is room for.
   *
   * @param taken Rooms on the screen, [left, top, right, bottom], that are no longer free.
   * @param wanted Called with an item whose name is not there yet.
   * @param reach How far the point of an item reaches from its middle, in pixels.
   */
  choose(context, { camera, titles, places, grid, isLit, taken, wanted, reach, now }) {
    const rooms = [...taken];
    const before = this.shown;
    this.shown = new Map();
    if (!titles || !this.order) return;
    let looked = 0;
    let room = COVERED * camera.width * camera.height;
    for (const item of this.#inView(camera, grid)) {
      if ((room <= 0 && this.shown.size >= FEWEST) || looked > MOST_LOOKED_AT) break;
      const [x, y] = camera.toScreen(places[2 * item], places[2 * item + 1]);
      if (x < 4 || y < 10 || x > camera.width - 4 || y > camera.height - 6 || !isLit(item)) continue;
      looked++;
      if (titles[item] === undefined) {
        wanted(item);
        continue;
      }
      const wide = this.#width(context, titles[item]);
      const around = [0, 1, 2, 3].map((side) => roomOf(side, x, y, wide, reach(item)));
      const side = around.findIndex((room) => isFree(rooms, room, camera));
      if (side < 0) continue;
      rooms.push(around[side]);
      room -= (wide + 4) * TALL;
      this.shown.set(item, { side, since: before.get(item)?.since ?? now });
    }
  }

  /** Draws the chosen names; whether some of them are still fading in. */
  draw(context, { camera, titles, places, theme, reach, now, still }) {
    let fading = false;
    for (const [item, { side, since }] of this.shown) {
      if (titles[item] === undefined) continue;
      const [x, y] = camera.toScreen(places[2 * item], places[2 * item + 1]);
      const share = still ? 1 : Math.min(1, (now - since) / FADE);
      fading ||= share < 1;
      const [left, top] = roomOf(side, x, y, this.#width(context, titles[item]), reach(item));
      context.globalAlpha = share;
      written(context, shortened(titles[item]), left + 2, top + TALL / 2, theme);
    }
    context.globalAlpha = 1;
    return fading;
  }

  #inView(camera, grid) {
    if (camera.zoom < 3 || !grid) return this.order;
    const found = [];
    grid.within(camera.bounds, (item) => found.push(item));
    return found.sort((one, other) => this.rank[one] - this.rank[other]);
  }

  #width(context, title) {
    const text = shortened(title);
    if (!this.wide.has(text)) this.wide.set(text, context.measureText(text).width);
    return this.wide.get(text);
  }
}

/** A text that can be read over points: the ground shines around it. */
export function written(context, text, left, middle, theme, color = theme.text) {
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = 3;
  context.strokeStyle = faint(theme.ground, 0.85);
  context.strokeText(text, left, middle);
  context.fillStyle = color;
  context.fillText(text, left, middle);
}

/** Where a name of this width lies beside a point that reaches so far: at its right, left, above or below it. */
function roomOf(side, x, y, wide, reach) {
  const left = [x + reach + 1, x - reach - wide - 5, x - wide / 2 - 2, x - wide / 2 - 2][side];
  const top = [y - TALL / 2, y - TALL / 2, y - TALL - reach - 1, y + reach + 1][side];
  return [left, top, left + wide + 4, top + TALL];
}

export function isFree(rooms, [left, top, right, bottom], { width, height }) {
  if (left < 2 || top < 2 || right > width - 2 || bottom > height - 2) return false;
  return !rooms.some((room) => left < room[2] && right > room[0] && top < room[3] && bottom > room[1]);
}
