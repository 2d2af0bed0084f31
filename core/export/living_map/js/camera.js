// Which part of the plane is on the screen. Lengths on the screen are CSS pixels, y grows downward there.

export const MOST_ZOOM = 4000;
export const LEAST_ZOOM = 0.5;
const MARGIN = 28;

export class Camera {
  constructor() {
    Object.assign(this, { x: 0, y: 0, scaleX: 1, scaleY: 1, width: 1, height: 1, whole: 1, own: false });
  }

  /** How much nearer than the whole map. */
  get zoom() {
    return this.scaleX / this.whole;
  }

  get place() {
    return { x: this.x, y: this.y, scaleX: this.scaleX, scaleY: this.scaleY };
  }

  set place(place) {
    Object.assign(this, place);
  }

  /** The place from which these bounds, [left, low, right, high], are seen; `equal`: as long in both directions. */
  fitting([left, low, right, high], equal = true) {
    const wide = right - left || 1;
    const tall = high - low || 1;
    let scaleX = Math.max(1, this.width - 2 * MARGIN) / wide;
    let scaleY = Math.max(1, this.height - 2 * MARGIN) / tall;
    if (equal) scaleX = scaleY = Math.min(scaleX, scaleY);
    return { x: (left + right) / 2, y: (low + high) / 2, scaleX, scaleY };
  }

  toScreen(x, y) {
    return [(x - this.x) * this.scaleX + this.width / 2, this.height / 2 - (y - this.y) * this.scaleY];
  }

  toPlane(left, top) {
    return [(left - this.width / 2) / this.scaleX + this.x, (this.height / 2 - top) / this.scaleY + this.y];
  }

  /** What is seen: [left, low, right, high]. */
  get bounds() {
    const [left, high] = this.toPlane(0, 0);
    const [right, low] = this.toPlane(this.width, this.height);
    return [left, low, right, high];
  }

  pan(right, down) {
    this.x -= right / this.scaleX;
    this.y += down / this.scaleY;
    this.own = true;
  }

  /** Nearer by a factor, so that the place under a point of the screen stays there. */
  zoomAt(left, top, factor) {
    const within = Math.min(MOST_ZOOM / this.zoom, Math.max(LEAST_ZOOM / this.zoom, factor));
    const [x, y] = this.toPlane(left, top);
    this.scaleX *= within;
    this.scaleY *= within;
    this.x = x - (left - this.width / 2) / this.scaleX;
    this.y = y - (this.height / 2 - top) / this.scaleY;
    this.own = true;
  }

  /** What turns a place into clip space, where the picture reaches from -1 to 1: factors and offsets. */
  clip([low, step]) {
    const right = (2 * this.scaleX) / this.width;
    const up = (2 * this.scaleY) / this.height;
    return [right * step[0], up * step[1], (low[0] - this.x) * right, (low[1] - this.y) * up];
  }
}

/** A place between two, the same share of the zoom in each moment. */
export function between(from, to, share) {
  const at = (name) => from[name] + (to[name] - from[name]) * share;
  const zoomed = (name) => from[name] * (to[name] / from[name]) ** share;
  return { x: at("x"), y: at("y"), scaleX: zoomed("scaleX"), scaleY: zoomed("scaleY") };
}

/** A place between two from which all points are seen that come as far on their way from the one to the other. */
export function along(from, to, share) {
  const at = (name) => from[name] + (to[name] - from[name]) * share;
  const scaled = (name) => 1 / (1 / from[name] + (1 / to[name] - 1 / from[name]) * share);
  return { x: at("x"), y: at("y"), scaleX: scaled("scaleX"), scaleY: scaled("scaleY") };
}

/** Slow at both ends. */
export function eased(share) {
  return share < 0.5 ? 4 * share ** 3 : 1 - (-2 * share + 2) ** 3 / 2;
}
