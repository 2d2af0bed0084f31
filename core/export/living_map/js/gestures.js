// Mouse, pen and fingers. One finger scrolls the page, as everywhere: it moves the map only after a tap in it, or with
// a tool that draws. Two fingers always move and zoom. The wheel zooms once somebody has pressed in the map, until the
// pointer leaves; before that with Control or ⌘ (and with two fingers on a trackpad).

const CLICK = 5; // pixels that a pointer may move and still click
const TWICE = 400; // milliseconds within which a second click belongs to the first
const STEP = 3; // pixels between two corners of a loop

/** Listens on an element.
 *
 * @param on What to do: pan(right, down), zoom(left, top, factor), hover(left, top), leave(), click(left, top, more, finger),
 *   double(left, top), loop(corners), drawn(corners, more), hint(finger).
 */
export class Gestures {
  constructor(element, on) {
    Object.assign(this, { element, on, tool: "pan", awake: false, pointers: new Map(), loop: null, moved: 0 });
    const { signal } = (this.ending = new AbortController());
    const listen = (name, act, passive = true) => element.addEventListener(name, act, { signal, passive });
    listen("pointerdown", (event) => this.#down(event));
    listen("pointermove", (event) => this.#move(event));
    listen("pointerup", (event) => this.#up(event));
    listen("pointercancel", (event) => this.#cancel(event));
    listen("pointerleave", (event) => this.#leave(event));
    listen("wheel", (event) => this.#wheel(event), false);
    const several = (event) => event.touches.length > 1 && event.cancelable && event.preventDefault();
    listen("touchstart", several, false);
    listen("touchmove", several, false);
    const outside = (event) => event.composedPath().includes(element) || this.wake(false);
    document.addEventListener("pointerdown", outside, { signal });
  }

  end() {
    this.ending.abort();
  }

  choose(tool) {
    this.tool = tool;
    this.element.dataset.tool = tool;
    this.#mark();
  }

  /** Whether one finger moves the map, and the wheel zooms. */
  wake(awake) {
    this.awake = awake;
    this.#mark();
  }

  #mark() {
    this.element.style.touchAction = this.awake || this.tool !== "pan" ? "none" : "pan-y";
    this.element.dataset.awake = String(this.awake);
  }

  #at(event) {
    const box = this.element.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  #down(event) {
    if (event.button > 0) return;
    const at = this.#at(event);
    this.element.setPointerCapture?.(event.pointerId);
    this.pointers.set(event.pointerId, at);
    this.moved = this.pointers.size > 1 ? Infinity : 0; // two fingers never click
    if (event.pointerType !== "touch") this.wake(true);
    const draws = this.tool !== "pan" || (event.shiftKey && event.pointerType !== "touch");
    this.loop = draws && this.pointers.size === 1 ? [...at] : null;
    this.on.leave();
  }

  #move(event) {
    const at = this.#at(event);
    const last = this.pointers.get(event.pointerId);
    if (!last) {
      if (event.pointerType !== "touch") this.on.hover(...at);
      return;
    }
    const [right, down] = [at[0] - last[0], at[1] - last[1]];
    if (this.pointers.size > 1) {
      this.#pinch(event.pointerId, at);
    } else if (this.loop) {
      this.#draw(at);
    } else if (this.moved + Math.hypot(right, down) > CLICK || this.moved > CLICK) {
      if (event.pointerType !== "touch" || this.awake) this.on.pan(right, down);
      else this.on.hint(true);
      this.moved += Math.hypot(right, down);
    } else {
      return; // not yet far enough from where it was pressed
    }
    this.pointers.set(event.pointerId, at);
  }

  #pinch(moving, at) {
    const [other] = [...this.pointers].filter(([id]) => id !== moving).map(([, place]) => place);
    const last = this.pointers.get(moving);
    const apart = (place) => Math.max(20, Math.hypot(place[0] - other[0], place[1] - other[1]));
    this.on.pan((at[0] - last[0]) / 2, (at[1] - last[1]) / 2);
    this.on.zoom((at[0] + other[0]) / 2, (at[1] + other[1]) / 2, apart(at) / apart(last));
    this.loop = null;
  }

  #draw(at) {
    const { loop } = this;
    if (Math.hypot(at[0] - loop.at(-2), at[1] - loop.at(-1)) >= STEP) {
      const [left, top] = loop;
      this.moved = Math.max(this.moved, Math.hypot(at[0] - left, at[1] - top));
      if (this.tool === "box") this.loop = [left, top, left, top, at[0], top, at[0], at[1], left, at[1]];
      else loop.push(...at);
    }
    this.on.loop(this.loop);
  }

  #up(event) {
    if (!this.pointers.delete(event.pointerId)) return;
    const more = event.shiftKey || event.ctrlKey || event.metaKey;
    const { loop } = this;
    this.loop = null;
    this.on.loop(null);
    if (loop && this.moved > CLICK) {
      this.on.drawn(loop, more && this.tool !== "pan");
    } else if (this.moved <= CLICK && this.pointers.size === 0) {
      this.wake(true);
      this.#click(event, more);
    }
  }

  /** The second of two clicks at one place is no click of its own: what it would undo was meant. */
  #click(event, more) {
    const { clicked } = this;
    const [at, now] = [this.#at(event), event.timeStamp];
    const again = clicked && now - clicked.now < TWICE && Math.hypot(at[0] - clicked.at[0], at[1] - clicked.at[1]) <= CLICK;
    this.clicked = again ? null : { at, now };
    if (again) this.on.double(...at);
    else this.on.click(...at, more, event.pointerType === "touch");
  }

  #cancel(event) {
    this.pointers.delete(event.pointerId);
    this.loop = null;
    this.on.loop(null);
  }

  #leave(event) {
    if (this.pointers.size) return;
    if (event.pointerType !== "touch") this.wake(false);
    this.on.leave();
  }

  #wheel(event) {
    if (!this.awake && !event.ctrlKey && !event.metaKey) {
      this.on.hint(false);
      return;
    }
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 30 : 1;
    const finer = event.ctrlKey ? 4 : 1; // fingers on a trackpad, which report small steps
    this.on.zoom(...this.#at(event), Math.exp(-Math.max(-200, Math.min(200, event.deltaY * lines)) * 0.002 * finer));
  }
}
