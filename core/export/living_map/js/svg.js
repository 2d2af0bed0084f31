// What the overlay draws on a canvas, as shapes and words of an SVG: the calls of a 2D context that it makes.

import { numbersOf } from "./colors.js";

const SPACE = "http://www.w3.org/2000/svg";
const NO_XML = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;
const ANCHORS = { left: "start", center: "middle", right: "end" };

function vector(tag, attributes, text = "") {
  const result = document.createElementNS(SPACE, tag);
  for (const [name, value] of Object.entries(attributes)) result.setAttribute(name, value);
  if (text) result.textContent = text.replace(NO_XML, "\ufffd");
  return result;
}

export class SvgContext {
  constructor(width, height, title, description) {
    this.root = this.layer = vector("svg", { viewBox: `0 0 ${width} ${height}`, width, height });
    this.root.append(vector("title", {}, title), vector("desc", {}, description));
    this.ruler = document.createElement("canvas").getContext("2d");
    Object.assign(this, { font: "10px sans-serif", textAlign: "left", textBaseline: "alphabetic", lineWidth: 1, dash: [] });
    Object.assign(this, { fillStyle: "#000000", strokeStyle: "#000000" });
  }

  /** What `act` draws lies in a window of its own, and is cut off outside. */
  within(top, width, height, act) {
    const whole = this.layer;
    this.layer = vector("svg", { y: top, width, height });
    whole.append(this.layer);
    act();
    this.layer = whole;
  }

  beginPath() {
    Object.assign(this, { path: "", circle: null, shape: null });
  }

  moveTo(x, y) {
    this.path += `M${short(x)} ${short(y)}`;
  }

  lineTo(x, y) {
    this.path += `${this.path ? "L" : "M"}${short(x)} ${short(y)}`;
  }

  /** A whole circle, which is all that is asked for. */
  arc(x, y, radius) {
    this.circle = { cx: short(x), cy: short(y), r: short(radius) };
  }

  closePath() {
    this.path += "Z";
  }

  fill() {
    this.#paint(this.#shape(), "fill", this.fillStyle);
  }

  stroke() {
    const shape = this.#shape();
    this.#paint(shape, "stroke", this.strokeStyle);
    shape.setAttribute("stroke-width", this.lineWidth);
    if (this.dash.length) shape.setAttribute("stroke-dasharray", this.dash.join(" "));
  }

  setLineDash(dash) {
    this.dash = dash;
  }

  fillRect(x, y, width, height) {
    const sides = { x: short(x), y: short(y), width: short(width), height: short(height) };
    this.#paint(this.#put("rect", sides), "fill", this.fillStyle);
  }

  fillText(text, x, y) {
    this.#paint(this.#words(text, x, y), "fill", this.fillStyle);
  }

  strokeText(text, x, y) {
    const words = this.#words(text, x, y);
    this.#paint(words, "stroke", this.strokeStyle);
    for (const [name, value] of Object.entries({ fill: "none", "stroke-width": this.lineWidth, "stroke-linejoin": "round" })) {
      words.setAttribute(name, value);
    }
  }

  measureText(text) {
    this.ruler.font = this.font;
    return this.ruler.measureText(text);
  }

  /** One shape for a path, however often it is filled and stroked. */
  #shape() {
    const [tag, form] = this.circle ? ["circle", this.circle] : ["path", { d: this.path }];
    this.shape ??= this.#put(tag, { ...form, fill: "none" });
    return this.shape;
  }

  #words(text, x, y) {
    const [, weight, size, family] = /^(?:(\d+) )?([\d.]+)px (.*)$/.exec(this.font);
    const base = this.textBaseline === "middle" ? y + 0.35 * size : y;
    const attributes = { x: short(x), y: short(base), "text-anchor": ANCHORS[this.textAlign], "font-size": size };
    return this.#put("text", { ...attributes, "font-weight": weight ?? 400, "font-family": family }, text);
  }

  #put(tag, attributes, text) {
    const result = vector(tag, attributes, text);
    this.layer.append(result);
    return result;
  }

  /** Colors as every drawing program reads them, their opacity apart. */
  #paint(element, name, color) {
    element.setAttribute(name, `rgb(${numbersOf(color).map(Math.round).join(",")})`);
    const opacity = /^#/.test(color) ? undefined : color.match(/[\d.]+/g)[3];
    if (opacity !== undefined) element.setAttribute(`${name}-opacity`, opacity);
  }
}

/** A length in pixels, to a hundredth of one. */
function short(length) {
  return Number(length.toFixed(2));
}
