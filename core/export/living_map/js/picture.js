// One picture of the points. Very many take long, so they are drawn only where something about them has changed. That
// the camera is elsewhere is no such change: their canvas then reaches beyond the frame, and is moved by whole pixels
// until the frame comes to its edge.

import { Camera } from "./camera.js";
import { DIMMED, MANY } from "./canvas.js";
import { numbersOf } from "./colors.js";
import { GRID, gridLines } from "./overlay.js";

const BEYOND = 0.25; // of the frame, on each side
const STANDS = 250; // milliseconds in one place, after which the points are there to a fraction of a pixel

export class Picture {
  constructor(view) {
    // Lengths are pixels of the canvas. `from`: where the camera was when the points were drawn.
    Object.assign(this, { view, from: null, away: "0,0", moved: [0, 0], beyond: [0, 0] });
    this.ending = new AbortController();
    addEventListener("beforeprint", () => this.plain(), { signal: this.ending.signal });
  }

  end() {
    this.ending.abort();
  }

  /** Shows the points where the camera has them. */
  draw(now) {
    const { canvas } = this.view;
    const [which, looks] = [canvas.which(now), this.#looks];
    const told = JSON.stringify(looks);
    const same = told === canvas.drawn;
    if (same && (which === this.which || which === "few") && this.#move(now)) return;
    Object.assign(this, { which });
    canvas.drawn = told;
    this.#reach(same || this.view.n > MANY); // of very many, drawing that much more takes hardly longer
    this.#render(looks);
    this.view.drawn++;
  }

  /** Draws what is in the frame and nothing beyond, at once: of what was drawn before only the browser has a copy. */
  plain() {
    if (!this.view.renderer || !this.from) return;
    this.#reach(false);
    this.#render(this.#looks);
  }

  /** How large the canvas is on the screen. */
  get #frame() {
    const { camera, ratio } = this.view;
    return [Math.round(camera.width * ratio), Math.round(camera.height * ratio)];
  }

  /** All that decides how the points look, but where the camera is. */
  get #looks() {
    const { camera, canvas, calm, part, ratio, screened: film, spec, theme } = this.view;
    const [first, second, share] = film ? film.now : [0, 0, part];
    return {
      frames: film && [first, second],
      bounds: film ? film.bounds : [0, 0, 1, 1],
      share: film && calm.matches ? Math.round(share) : share,
      seen: [camera.scaleX, camera.scaleY, camera.width, camera.height],
      axes: [...spec.axes, spec.powers],
      ratio,
      grow: canvas.grow,
      colors: spec.color.kind === "classes" ? spec.color.colors.length : 0,
      dimmed: DIMMED,
      line: theme.line,
      lineColor: numbersOf(theme.text).map((value) => (value / 255) * GRID).concat(GRID),
    };
  }

  /** Moves what is drawn to where it belongs; false where that would not show all of it. */
  #move(now) {
    const { camera, ratio } = this.view;
    const away = [(this.from.x - camera.x) * camera.scaleX * ratio, (camera.y - this.from.y) * camera.scaleY * ratio];
    if (String(away) !== this.away) Object.assign(this, { away: String(away), since: now });
    const moved = away.map(Math.round);
    if (moved.some((far, axis) => Math.abs(far) > this.beyond[axis])) return false;
    if (!away.every((far) => isWhole(far) && isWhole((far / ratio) * devicePixelRatio))) {
      if (now - this.since >= STANDS) return false;
      clearTimeout(this.standing);
      this.standing = setTimeout(() => this.view.invalidate(), STANDS + 20);
    }
    if (String(moved) !== String(this.moved)) {
      this.#put(moved);
      this.view.drawn++;
    }
    return true;
  }

  /** Makes the canvas as large as the frame, or `far` larger. */
  #reach(far) {
    const { chrome: { points }, renderer } = this.view;
    const frame = this.#frame;
    const most = (side) => Math.max(0, Math.min(Math.round(BEYOND * side), Math.floor((renderer.longest - side) / 2)));
    this.beyond = frame.map((side) => (far ? most(side) : 0));
    const [width, height] = frame.map((side, axis) => side + 2 * this.beyond[axis]);
    if (points.width !== width || points.height !== height) Object.assign(points, { width, height });
    const { x, y } = this.view.camera;
    Object.assign(this, { from: { x, y }, away: "0,0" });
    this.#put([0, 0]);
  }

  /** Puts the canvas where it is moved so far to the right and down. */
  #put(moved) {
    const { chrome, ratio } = this.view;
    this.moved = moved;
    const [right, down] = moved.map((side, axis) => (side - this.beyond[axis]) / ratio);
    pixelForPixel(chrome.points, ratio);
    chrome.points.style.transform = right || down ? `translate(${right}px, ${down}px)` : "";
  }

  #render({ frames, bounds: [left, low, right, high], ...looks }) {
    const { n, ratio, renderer, spec } = this.view;
    const camera = this.#camera;
    if (frames) renderer.frame(...frames, n);
    const clip = camera.clip([[left, low], [right - left, high - low]]);
    renderer.draw({ ...looks, which: this.which, clip, lines: gridLines(camera, spec, ratio) });
  }

  /** The camera of the whole canvas, with every place where the view's has it. */
  get #camera() {
    const { camera, chrome, ratio } = this.view;
    const [width, height] = [chrome.points.width / ratio, chrome.points.height / ratio];
    const [right, down] = this.beyond.map((side) => side / ratio);
    const x = camera.x + ((width - camera.width) / 2 - right) / camera.scaleX;
    const y = camera.y - ((height - camera.height) / 2 - down) / camera.scaleY;
    return Object.assign(new Camera(), camera, { x, y, width, height });
  }
}

/** Shows each pixel of a canvas as one of the screen: where the frame's width is none of whole pixels, 100% would blur. */
export function pixelForPixel({ width, height, style }, ratio) {
  Object.assign(style, { width: `${width / ratio}px`, height: `${height / ratio}px` });
}

function isWhole(number) {
  return Math.abs(number - Math.round(number)) < 0.01;
}
