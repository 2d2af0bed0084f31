// A film: where the items were at each moment, from the first to the last.

export const SPEEDS = [0.5, 1, 2, 4];
const WHOLE_SECONDS = 8;

export class Film {
  /** @param spec {count, at, unit, bounds}: moments, what they count, and the room of the places.
   *  @param steps All frames, uint16, x and y of each item in turn. */
  constructor(spec, steps, n) {
    Object.assign(this, { spec, steps, n, count: spec.count, place: spec.count - 1, speed: 1, playing: false, led: false });
  }

  get bounds() {
    return this.spec.bounds;
  }

  /** Two neighboring frames, and how far it is from the first to the second. */
  get now() {
    const first = Math.min(this.count - 1, Math.floor(Math.max(0, this.place)));
    return [first, Math.min(this.count - 1, first + 1), Math.min(1, Math.max(0, this.place - first))];
  }

  get moment() {
    const [first, second, share] = this.now;
    return this.spec.at[first] + (this.spec.at[second] - this.spec.at[first]) * share;
  }

  play(playing) {
    this.playing = playing;
    if (playing && this.place >= this.count - 1) this.place = 0;
  }

  scrub(place) {
    this.place = Math.min(this.count - 1, Math.max(0, place));
  }

  /** Stands at a frame, at the last one without. */
  rest(place) {
    this.playing = false;
    this.scrub(place ?? this.count - 1);
  }

  /** Takes the same share of this film as has been seen of another, and its pace; from now on the other one leads. */
  keepStep(other) {
    const share = other.count > 1 ? other.place / (other.count - 1) : 1;
    Object.assign(this, { led: true, place: share * (this.count - 1), playing: other.playing, speed: other.speed });
  }

  /** Goes on for so many seconds; stops at the end. */
  advance(seconds) {
    if (!this.playing || this.led) return;
    this.place += ((this.count - 1) / WHOLE_SECONDS) * this.speed * seconds;
    if (this.place >= this.count - 1) {
      this.place = this.count - 1;
      this.playing = false;
    }
  }

  /** Where an item has been from the first frame until now, x and y in turn. */
  pathOf(item) {
    const result = [];
    for (let frame = 0; frame <= this.now[0]; frame++) result.push(...this.#spot(frame, item));
    const [first, second, share] = this.now;
    const [[x, y], [nextX, nextY]] = [this.#spot(first, item), this.#spot(second, item)];
    result.push(x + (nextX - x) * share, y + (nextY - y) * share);
    return result;
  }

  #spot(frame, item) {
    const [left, low, right, high] = this.bounds;
    const at = 2 * (frame * this.n + item);
    return [left + (this.steps[at] * (right - left)) / 65535, low + (this.steps[at + 1] * (high - low)) / 65535];
  }

  /** Where the items are now, float32. */
  get places() {
    const [first, second, share] = this.now;
    const [left, low, right, high] = this.bounds;
    const length = 2 * this.n;
    const result = new Float32Array(length);
    for (let at = 0; at < length; at++) {
      const step = this.steps[first * length + at] * (1 - share) + this.steps[second * length + at] * share;
      result[at] = at % 2 ? low + (step * (high - low)) / 65535 : left + (step * (right - left)) / 65535;
    }
    return result;
  }
}
