// What stands around the points: heading, color bar, legend, tools, the box over an item. All words are text nodes:
// nobody's title becomes markup.

import { SPEEDS } from "./film.js";

const ICONS = {
  pan: "M12 3v18M3 12h18M9 6l3-3 3 3M9 18l3 3 3-3M6 9l-3 3 3 3M18 9l3 3-3 3",
  lasso: "M4 10c0-3.5 4-6 8.5-6S21 6 21 9.5 17 15.5 12.5 15.5 4 14 4 10zM7 14.6c-2 1-2 4 0 4.4s3-1.300 2.300-3.400",
  box: "M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M4 12h.01M20 12h.01M12 4h.01M12 20h.01",
  nearer: "M12 5v14M5 12h14",
  farther: "M5 12h14",
  whole: "M9 4H4v5M15 4h5v5M20 15v5h-5M4 15v5h5M12 12h.01",
  picture: "M12 4v11M7.500 11l4.500 4.500 4.500-4.500M5 20h14",
  drawing: "M4 4h4v4H4zM16 16h4v4h-4zM8 6h4a6 6 0 0 1 6 6v4",
  play: "M8 5l11 7-11 7z",
  pause: "M8 5v14M16 5v14",
};
const TOOLS = [
  ["pan", "Move the map"],
  ["lasso", "Draw around points"],
  ["box", "Select a box"],
  null,
  ["nearer", "Nearer"],
  ["farther", "Farther"],
  ["whole", "Show the whole map"],
  ["picture", "Save as a picture"],
  ["drawing", "Save as a drawing (SVG)"],
];
const SHAPES = ["M6 1a5 5 0 1 0 0 10 5 5 0 1 0 0-10z", "M6 0l6 6-6 6-6-6z", "M1 1h10v10H1z", "M6 1l5.500 10h-11z",
  "M4 0h4v4h4v4H8v4H4V8H0V4h4z"];

/** An element with its attributes and children; a child that is no element becomes text. */
export function made(tag, attributes = {}, ...children) {
  const result = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick" || name === "oninput" || name === "onchange") result[name] = value;
    else if (value !== null && value !== undefined && value !== false) result.setAttribute(name, value);
  }
  result.append(...children);
  return result;
}

function drawing(shape, box = 24, fill = null) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", `0 0 ${box} ${box}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", shape);
  if (fill) path.setAttribute("fill", fill);
  svg.append(path);
  return svg;
}

export class Chrome {
  /** @param on What the tools do, by name; class(place), play(), scrub(place), speed(factor). */
  constructor(root, on) {
    this.on = on;
    this.title = made("div", { class: "title" });
    this.remark = made("div", { class: "remark" });
    this.bar = made("div", { class: "bar" });
    this.points = made("canvas", { "aria-hidden": "true" });
    this.over = made("canvas", { class: "over", "aria-hidden": "true" });
    this.stage = made("div", { class: "stage", tabindex: "0", role: "application" }, this.points, this.over);
    this.tip = made("div", { class: "tip", hidden: "" });
    this.hint = made("div", { class: "hint", hidden: "" });
    this.tools = made("div", { class: "tools", role: "toolbar", "aria-label": "Tools of the map" }, ...this.#tools());
    this.frame = made("div", { class: "frame" }, this.stage, this.tip, this.hint);
    const body = made("div", { class: "body" }, this.tools, this.frame);
    this.film = made("div", { class: "film", hidden: "" });
    this.legend = made("div", { class: "legend", role: "group" });
    this.told = made("div", { class: "told", "aria-live": "polite" });
    const head = made("div", { class: "head" }, made("div", {}, this.title, this.remark), this.bar);
    this.whole = made("section", { class: "map" }, head, body, this.film, this.legend, this.told);
    root.append(this.whole);
  }

  #tools() {
    return TOOLS.map((tool) => {
      if (!tool) return made("i");
      const [name, label] = tool;
      const pressed = ["pan", "lasso", "box"].includes(name) ? String(name === "pan") : null;
      const attributes = { title: label, "aria-label": label, "aria-pressed": pressed, "data-tool": name, type: "button" };
      return made("button", { ...attributes, onclick: () => this.on[name]() }, drawing(ICONS[name]));
    });
  }

  /** The room of the picture that the tools cover, [left, top, right, bottom]; none where they stand above it. */
  get covered() {
    const { offsetLeft, offsetTop, offsetHeight } = this.tools;
    return this.frame.offsetTop ? [] : [[offsetLeft - 4, 0, this.frame.clientWidth, offsetTop + offsetHeight + 4]];
  }

  press(name) {
    for (const button of this.tools.querySelectorAll("[aria-pressed]")) {
      button.setAttribute("aria-pressed", String(button.dataset.tool === name));
    }
  }

  /** Heading, color bar and legend of what is shown; `anew`: in other colors than before. */
  label(spec, { anew }) {
    this.title.textContent = spec.title;
    this.remark.textContent = spec.remark;
    this.stage.setAttribute("aria-label", spec.alt);
    this.whole.style.setProperty("--tall", `${spec.height}px`);
    this.whole.toggleAttribute("data-picks", Boolean(spec.picks));
    this.whole.classList.toggle("compact", Boolean(spec.compact));
    this.film.hidden = !spec.film && !spec.room;
    if (!anew) return; // who stands on an entry of the legend stays there
    this.bar.hidden = spec.color.kind !== "scale" || !spec.color.label;
    if (!this.bar.hidden) this.bar.replaceChildren(...scaleOf(spec.color));
    const classes = spec.color.kind === "classes" ? spec.color.names : [];
    this.legend.hidden = classes.length === 0;
    this.legend.setAttribute("aria-label", spec.color.label);
    const entries = classes.map((name, place) => this.#entry(spec.color, name, place));
    if (spec.color.rest) entries.push(made("span", { class: "rest" }, swatch("#8a8f9c", 0), spec.color.rest));
    this.legend.replaceChildren(...entries);
  }

  /** Marks the classes that are not dimmed; none means all. */
  light(lit) {
    for (const [place, entry] of this.legend.querySelectorAll("button").entries()) {
      entry.setAttribute("aria-pressed", String(lit.size === 0 || lit.has(place)));
    }
  }

  #entry(color, name, place) {
    const round = Math.floor(place / color.colors.length);
    const mark = swatch(color.colors[place % color.colors.length], round % SHAPES.length);
    const attributes = { "aria-pressed": "true", type: "button", title: "Show this alone, or together with others" };
    return made("button", { ...attributes, onclick: () => this.on.class(place) }, mark, name);
  }

  /** The box over an item, or none: lines of text, the first one bold. */
  say(lines, spot) {
    this.tip.hidden = !lines;
    if (!lines) return;
    const [first, ...rest] = lines;
    this.tip.replaceChildren(made("b", {}, first), ...rest.map((line) => made("div", {}, line)));
    this.put(spot);
  }

  /** Puts the box beside a point. */
  put([x, y]) {
    const { clientWidth, clientHeight } = this.frame;
    const [wide, tall] = [this.tip.offsetWidth, this.tip.offsetHeight];
    this.tip.style.left = `${Math.max(4, x + 14 + wide > clientWidth - 4 ? x - wide - 14 : x + 14)}px`;
    this.tip.style.top = `${Math.max(4, y + 12 + tall > clientHeight - 4 ? y - tall - 12 : y + 12)}px`;
  }

  /** Says something over the picture for a moment, or as long as it is so. */
  advise(words, stays = false) {
    this.hint.textContent = words;
    this.hint.hidden = false;
    clearTimeout(this.advised);
    if (!stays) this.advised = setTimeout(() => (this.hint.hidden = true), 1800);
  }

  /** The controls of a film; null takes them away. `label` says whether there is room for them. */
  project(film) {
    if (!film) this.film.replaceChildren();
    if (!film) return;
    this.button = made("button", { type: "button", onclick: () => this.on.play() });
    const slide = () => this.on.scrub(Number(this.slider.value));
    const room = { min: "0", max: String(film.count - 1), step: "any", "aria-label": "Moment of the film" };
    this.slider = made("input", { type: "range", ...room, oninput: slide });
    this.moment = made("output");
    const speeds = SPEEDS.map((speed) => made("option", { value: speed, selected: speed === 1 }, `${speed}×`));
    const faster = () => this.on.speed(Number(this.speed.value));
    this.speed = made("select", { "aria-label": "Speed", onchange: faster }, ...speeds);
    this.film.replaceChildren(this.button, this.slider, this.moment, this.speed);
    this.follow(film);
  }

  /** Shows where a film is. */
  follow(film) {
    const label = film.playing ? "Pause" : "Play";
    if (this.button.title !== label) {
      this.button.title = label;
      this.button.setAttribute("aria-label", label);
      this.button.replaceChildren(drawing(ICONS[label.toLowerCase()]));
    }
    this.slider.value = String(film.place);
    this.speed.value = String(film.speed);
    this.moment.textContent = `${film.spec.unit} ${film.moment.toFixed(film.spec.digits)}`;
  }
}

function swatch(color, shape) {
  return drawing(SHAPES[shape], 12, color);
}

function scaleOf(color) {
  const ticks = color.ticks.map(([share, text]) => made("span", { style: `left:${(100 * share).toFixed(1)}%` }, text));
  const scale = made("div", { class: "scale", style: `background:linear-gradient(90deg,${color.colors.join(",")})` });
  return [made("div", {}, color.label), scale, made("div", { class: "ticks" }, ...ticks)];
}
