// Items by where they lie: which is near, which are inside.

const PER_CELL = 3;
const MOST_CELLS = 400_000;

export class Grid {
  /** @param places x and y of each item in turn. */
  constructor(places) {
    const n = places.length / 2;
    this.places = places;
    const [left, low, right, high] = boundsOf(places);
    const across = Math.max(1, Math.floor(Math.sqrt(Math.min(MOST_CELLS, n / PER_CELL))));
    Object.assign(this, { left, low, across });
    this.wide = (right - left || 1) / across;
    this.tall = (high - low || 1) / across;
    const cells = new Uint32Array(n);
    this.starts = new Uint32Array(across * across + 1);
    for (let item = 0; item < n; item++) {
      cells[item] = this.#row(places[2 * item + 1]) * across + this.#column(places[2 * item]);
      this.starts[cells[item] + 1]++;
    }
    for (let cell = 0; cell < across * across; cell++) this.starts[cell + 1] += this.starts[cell];
    const next = this.starts.slice();
    this.items = new Uint32Array(n);
    for (let item = 0; item < n; item++) this.items[next[cells[item]]++] = item;
  }

  #column(x) {
    return Math.min(this.across - 1, Math.max(0, Math.floor((x - this.left) / this.wide)));
  }

  #row(y) {
    return Math.min(this.across - 1, Math.max(0, Math.floor((y - this.low) / this.tall)));
  }

  /** Calls `visit(item, x, y)` for each item inside these bounds. */
  within([left, low, right, high], visit) {
    const last = this.#column(right);
    for (let row = this.#row(low); row <= this.#row(high); row++) {
      const from = this.starts[row * this.across + this.#column(left)];
      const to = this.starts[row * this.across + last + 1];
      for (let at = from; at < to; at++) {
        const item = this.items[at];
        const x = this.places[2 * item];
        const y = this.places[2 * item + 1];
        if (x >= left && x <= right && y >= low && y <= high) visit(item, x, y);
      }
    }
  }

  /** The item whose `distance(item, x, y)` is least, of those in reach of a place; -1 where all are Infinity. */
  nearest(x, y, [reachX, reachY], distance) {
    let best = -1;
    let least = Infinity;
    this.within([x - reachX, y - reachY, x + reachX, y + reachY], (item, itemX, itemY) => {
      const far = distance(item, itemX, itemY);
      if (far < least) [best, least] = [item, far];
    });
    return best;
  }

  /** The items inside a polygon, [x, y, x, y …], by the rule of even and odd crossings. */
  inside(polygon) {
    const found = [];
    this.within(boundsOf(polygon), (item, x, y) => {
      if (isInside(polygon, x, y)) found.push(item);
    });
    return found;
  }
}

export function boundsOf(places) {
  let [left, low, right, high] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let at = 0; at < places.length; at += 2) {
    const x = places[at];
    const y = places[at + 1];
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < low) low = y;
    if (y > high) high = y;
  }
  return left <= right ? [left, low, right, high] : [0, 0, 1, 1];
}

export function isInside(polygon, x, y) {
  let inside = false;
  let [lastX, lastY] = polygon.slice(-2);
  for (let at = 0; at < polygon.length; at += 2) {
    const [nextX, nextY] = [polygon[at], polygon[at + 1]];
    if (nextY > y !== lastY > y && x < ((lastX - nextX) * (y - nextY)) / (lastY - nextY) + nextX) inside = !inside;
    [lastX, lastY] = [nextX, nextY];
  }
  return inside;
}
