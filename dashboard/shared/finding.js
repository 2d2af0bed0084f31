// A field in which something is found by its name: a combobox with a list of what fits, as the ARIA Authoring Practices
// have it ("editable combobox with list autocomplete"). The names come once, whatever else changes on the page; what was
// chosen, or typed where nothing fits, is told to the server, which knows what is meant. Names are words, never markup.

import { nameOf, namesOf } from "../../core/export/living_map/js/parts.js";

const TOGETHER = 50000; // names looked through between two breaths, in which the page can answer
const AT_ONCE = 50; // options that the list begins with, and that come as it is scrolled
const TYPO_FROM = 4, TWO_TYPOS_FROM = 8; // letters of a word that may have one wrong, or two
const LETTERS = { ø: "o", æ: "ae", œ: "oe", ł: "l", đ: "d", ð: "d", þ: "th", ı: "i", ß: "ss", "&": " and " };
const ARTICLE = /^ (?:the|an?|les?|la|l|une?|una|der|die|das|eine?|el|los|las|il|lo|gli|det|den) (?=.)/;

const TEMPLATE = `<style>
.label { display: block; font-size: .875rem; line-height: 1.25rem; margin-bottom: .25rem }
.box { position: relative }
input { box-sizing: border-box; width: 100%; height: 2.5rem; padding: 0 2.25rem 0 .75rem; font: inherit; font-size: .875rem; color: inherit;
  text-overflow: ellipsis; border-radius: var(--st-base-radius, 8px); outline: none;
  background: var(--st-secondary-background-color, Field);
  border: 1px solid var(--st-widget-border-color, transparent) }
input::placeholder { color: inherit; opacity: .7 }
input:focus { border-color: var(--st-primary-color, Highlight) }
svg { position: absolute; right: .7rem; top: .75rem; width: 1rem; height: 1rem; fill: none; stroke: currentColor;
  stroke-width: 2; stroke-linecap: round; pointer-events: none; opacity: .7 }
.popup { position: fixed; inset: auto; margin: 0; padding: 4px; box-sizing: border-box; overflow: hidden; color: inherit;
  background: var(--st-background-color, Canvas);
  border: 1px solid var(--st-border-color, CanvasText); border-radius: var(--st-base-radius, 8px);
  box-shadow: 0 4px 16px rgb(0 0 0 / .16) }
.popup:popover-open { display: flex; flex-direction: column }
ul { list-style: none; margin: 0; padding: 0; min-height: 0; overflow: auto; overscroll-behavior: contain }
li { padding: .4rem .6rem; font-size: .875rem; border-radius: calc(var(--st-base-radius, 8px) / 2); cursor: pointer; overflow-wrap: anywhere }
li[aria-selected=true], li:hover { background: var(--st-secondary-background-color, Canvas) }
li[aria-selected=true] { box-shadow: inset 2px 0 var(--st-primary-color, Highlight) }
p { margin: 0; padding: .4rem .6rem; font-size: .875rem }
p:empty, [hidden] { display: none }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
@media (pointer: coarse) { input, li { font-size: 1rem } li { padding-block: .65rem } }
@media (forced-colors: active) {
  input:focus { outline: 2px solid Highlight }
  li[aria-selected=true] { forced-color-adjust: none; background: Highlight; color: HighlightText }
}
</style>
<label class="label" for="input"></label>
<div class="box">
<input id="input" type="text" role="combobox" aria-autocomplete="list" aria-haspopup="listbox" aria-expanded="false"
  aria-controls="list" aria-describedby="about" autocomplete="off" autocapitalize="off" spellcheck="false">
<svg viewBox="0 0 16 16" aria-hidden="true"><circle cx="7" cy="7" r="4.5"/><path d="m10.5 10.5 4 4"/></svg>
</div>
<div class="popup" popover="manual"><p id="about"></p><ul id="list" role="listbox"></ul><p class="rest"></p></div>
<span class="unseen" role="status"></span>`;

const fields = new WeakMap();

/** Called anew with every change of data or theme. */
export function mount({ data, parentElement, setTriggerValue }) {
  if (!fields.has(parentElement)) fields.set(parentElement, new Field(parentElement));
  const field = fields.get(parentElement);
  field.tell = (text) => setTriggerValue("chosen", text);
  field.show(data);
  return () => {
    // Streamlit also calls this where newer data has overtaken a call: then the field is still on the page.
    if (parentElement.isConnected) return;
    field.end();
    fields.delete(parentElement);
    parentElement.replaceChildren();
  };
}

class Field {
  constructor(root) {
    const whole = document.createElement("div");
    whole.innerHTML = TEMPLATE;
    root.append(whole);
    const find = (selector) => whole.querySelector(selector);
    [this.label, this.box, this.input, this.popup] = ["label", ".box", "input", ".popup"].map(find);
    [this.about, this.list, this.rest, this.status] = ["#about", "#list", ".rest", "[role=status]"].map(find);
    this.index = null;
    this.found = [];
    this.active = -1;
    this.turn = 0; // of looking: what is typed later overtakes it
    this.typed = false; // since the field was last at rest
    this.end = listen([
      [this.input, "focus", () => this.input.select()],
      [this.input, "click", () => (this.typed || this.input.select(), this.open())],
      [this.input, "input", () => ((this.typed = true), this.open())],
      [this.input, "keydown", (event) => this.press(event)],
      [this.input, "blur", () => this.rests()],
      [this.popup, "mousedown", (event) => event.preventDefault()], // the field keeps the focus
      [this.list, "click", ({ target }) => target.closest("li") && this.choose(this.found[target.closest("li").value])],
      [this.list, "scroll", () => this.nearEnd() && this.more()],
      [window, "scroll", (event) => event.target !== this.list && this.place()],
      [window, "resize", () => this.place()],
    ]);
  }

  get isOpen() {
    return this.input.ariaExpanded === "true";
  }

  show(data) {
    const news = this.data?.value !== data.value || this.data?.told !== data.told;
    this.data = data;
    this.label.textContent = this.list.ariaLabel = data.label;
    this.input.placeholder = data.placeholder;
    this.about.textContent = data.about;
    this.parts = [data.names, ...(data.more ?? [])];
    if (this.part !== called(this.parts)) {
      this.part = called(this.parts);
      this.index = null;
      // Very many come when the field is opened, which may be before the page is at rest. Safari tells of no rest.
      const atRest = globalThis.requestIdleCallback ?? setTimeout;
      if (!data.more) atRest(() => this.loading === this.part || this.load());
    }
    if (news && !this.typed) this.input.value = data.value;
  }

  async load() {
    const part = (this.loading = this.part);
    const index = await indexed(this.parts).catch(() => null);
    if (part !== this.part) return; // others are wanted by now
    this.index = index;
    this.failed = index === null;
    if (this.isOpen) this.look();
  }

  open() {
    if (this.failed || this.loading !== this.part) this.load();
    if (!this.isOpen) {
      this.input.ariaExpanded = "true";
      this.popup.showPopover();
    }
    this.look();
  }

  close() {
    if (!this.isOpen) return;
    this.input.ariaExpanded = "false";
    this.input.removeAttribute("aria-activedescendant");
    this.popup.hidePopover();
    this.status.textContent = "";
    this.active = -1;
  }

  /** What was typed and not chosen is gone. */
  rests() {
    this.close();
    this.typed = false;
    this.input.value = this.data.value;
  }

  /** Lists what fits; at once where there are no more names than can be looked through together. */
  async look() {
    const turn = ++this.turn;
    const query = this.typed ? this.input.value : "";
    if (!this.index) return this.offer([], query, "The names are on their way.");
    const search = ranked(this.index, query);
    let step = search.next();
    if (!step.done) this.offer([], query, "Looking through all names.");
    while (!step.done) {
      await breath();
      if (turn !== this.turn || !this.isOpen) return;
      step = search.next();
    }
    this.offer(step.value, query, "Nothing here is called that.");
  }

  offer(found, query, otherwise) {
    this.found = found;
    this.list.replaceChildren();
    this.list.scrollTop = 0;
    this.more();
    this.point(this.found.length && query.trim() ? 0 : -1);
    const nothing = this.failed ? "The names could not be loaded. A whole name can be typed all the same: Enter takes it." :
      otherwise;
    const many = this.found.length > AT_ONCE ? `${this.found.length.toLocaleString("en-US")} fit; more come as you scroll.` : "";
    this.rest.textContent = this.found.length ? many : nothing;
    this.status.textContent = !this.found.length ? nothing : query.trim() ? `${this.found.length} found` : "";
    this.place();
  }

  nearEnd() {
    return this.list.scrollTop + 2 * this.list.clientHeight > this.list.scrollHeight;
  }

  more() {
    const from = this.list.children.length;
    const options = this.found.slice(from, from + AT_ONCE).map((name, place) => {
      const option = document.createElement("li");
      option.id = `option-${(option.value = from + place)}`;
      option.role = "option";
      option.textContent = name;
      option.ariaSelected = "false";
      option.ariaPosInSet = from + place + 1;
      option.ariaSetSize = this.found.length;
      return option;
    });
    this.list.append(...options);
    this.list.hidden = !this.found.length;
  }

  /** Marks the option that Enter would take; -1 for none. */
  point(at) {
    if (this.list.children[this.active]) this.list.children[this.active].ariaSelected = "false";
    this.active = at;
    if (at >= this.list.children.length) this.more();
    const option = this.list.children[at];
    if (!option) return this.input.removeAttribute("aria-activedescendant");
    option.ariaSelected = "true";
    this.input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  press(event) {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (!this.isOpen) return this.open();
      this.point(Math.min(Math.max(this.active + step, -1), this.found.length - 1));
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (this.active >= 0) this.choose(this.found[this.active]);
      else if (this.typed && this.input.value.trim()) this.choose(this.input.value.trim());
    } else if (event.key === "Escape" && (this.isOpen || this.typed)) {
      event.preventDefault();
      event.stopPropagation(); // what is around it, such as a dialog, stays open
      this.rests();
    } else if (event.key === "Tab") {
      this.rests();
    }
  }

  choose(name) {
    const kept = this.data.keeps && this.found.includes(name) ? name : this.data.value;
    const news = !(this.data.keeps && name === this.data.value);
    this.rests();
    this.input.value = kept;
    if (news) this.tell(name);
  }

  /** Puts the list below the field, or above its label where there is more room. */
  place() {
    if (!this.isOpen) return;
    const { left, width, bottom } = this.box.getBoundingClientRect();
    const { top } = this.label.getBoundingClientRect();
    const below = (window.visualViewport?.height ?? innerHeight) - bottom - 12;
    const under = below >= Math.min(240, top - 12);
    Object.assign(this.popup.style, {
      left: `${left}px`,
      width: `${width}px`,
      top: under ? `${bottom + 4}px` : "auto",
      bottom: under ? "auto" : `${innerHeight - top + 4}px`,
      maxHeight: `${Math.min(360, under ? below : top - 12)}px`,
    });
  }
}

/** Listens; calling what is returned ends that. */
function listen(wanted) {
  for (const [on, kind, hear] of wanted) on.addEventListener(kind, hear, kind === "scroll");
  return () => wanted.forEach(([on, kind, hear]) => on.removeEventListener(kind, hear, kind === "scroll"));
}

const indexes = new Map(); // by what a part is called; fields of one page often have the same names

const called = (parts) => parts.map(nameOf).join();

function indexed(parts) {
  const key = called(parts);
  if (!indexes.has(key)) {
    if (indexes.size > 4) indexes.clear();
    const index = made(parts);
    indexes.set(key, index);
    index.catch(() => indexes.delete(key));
  }
  return indexes.get(key);
}

async function made(parts) {
  const index = { names: [], plain: [], words: null };
  for (const part of parts) {
    for (const name of (await namesOf(part, Infinity)).titles) {
      index.names.push(name);
      index.plain.push(plain(name));
    }
    if (parts.length > 1) await breath();
  }
  return index;
}

const breath = () => new Promise((resolve) => setTimeout(resolve));

/** The words of a name in small letters without accents and punctuation, a space before each: as the server has them. */
export function plain(name) {
  if (/^[a-z0-9]+(?: [a-z0-9]+)*$/i.test(name)) return ` ${name.toLowerCase()}`; // most; the rest takes ten times as long
  const letters = name.replace(/^l['’](?=.)/i, "l ").toLowerCase().replace(/[øæœłđðþıß&]/g, (letter) => LETTERS[letter]);
  const words = letters.normalize("NFKD").replace(/\p{M}|['’`´]/gu, "").match(/[\p{L}\p{N}]+/gu);
  return ` ${words ? words.join(" ") : name.toLowerCase().trim()}`;
}

/**
 * The names that fit what was typed, the best first, of equals those first that come first: equal to it, beginning with
 * it, all its words beginning words, all within words; and where there is none, with a letter or two wrong.
 */
export function matches(index, query) {
  const search = ranked(index, query);
  for (;;) {
    const { done, value } = search.next();
    if (done) return value;
  }
}

function* ranked(index, query) {
  const asked = plain(query);
  if (!asked.trim()) return index.names;
  const words = asked.trim().split(" ");
  const ranks = [[], [], [], []];
  for (let at = 0; at < index.plain.length; at++) {
    if (at % TOGETHER === TOGETHER - 1) yield;
    const name = index.plain[at];
    if (!name.includes(words[0])) continue;
    const bare = name.replace(ARTICLE, " ");
    if (name === asked || bare === asked) ranks[0].push(at);
    else if (name.startsWith(asked) || bare.startsWith(asked)) ranks[1].push(at);
    else if (words.every((word) => name.includes(` ${word}`))) ranks[2].push(at);
    else if (words.every((word) => name.includes(word))) ranks[3].push(at);
  }
  const found = ranks.flat();
  return (found.length ? found : yield* alike(index, words)).map((at) => index.names[at]);
}

/** Places of the names with all these words, or ones that begin as they do but for a letter or two. */
function* alike(index, words) {
  if (!index.words) {
    const all = new Set();
    yield* some(index.plain, (name) => name.trim().split(" ").forEach((word) => all.add(word)));
    index.words = [...all];
  }
  const meant = [];
  for (const word of words) {
    const most = word.length < TYPO_FROM ? 0 : word.length < TWO_TYPOS_FROM ? 1 : 2;
    const near = (one) => (most ? one.length >= word.length - most && misspelled(word, one) <= most : one.startsWith(word));
    meant.push(new Set(yield* some(index.words, near)));
    if (!meant.at(-1).size) return [];
  }
  const fits = (name) => {
    const there = name.trim().split(" ");
    return meant.every((fitting) => there.some((one) => fitting.has(one)));
  };
  const places = index.plain.keys();
  return yield* some([...places], (at) => fits(index.plain[at]));
}

/** Those of a list that pass, with a breath between two parts of it. */
function* some(list, passes) {
  const found = [];
  for (let from = 0; from < list.length; from += TOGETHER) {
    if (from) yield;
    for (const one of list.slice(from, from + TOGETHER)) if (passes(one)) found.push(one);
  }
  return found;
}

/** Letters to change, add, leave out or swap until a word is the beginning of another (Damerau–Levenshtein). */
function misspelled(word, other) {
  let [before, last] = [[], Array.from({ length: other.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= word.length; row++) {
    const now = [row];
    for (let column = 1; column <= other.length; column++) {
      const [a, b] = [word[row - 1], other[column - 1]];
      now[column] = Math.min(last[column] + 1, now[column - 1] + 1, last[column - 1] + (a !== b));
      if (row > 1 && column > 1 && a === other[column - 2] && b === word[row - 2]) {
        now[column] = Math.min(now[column], before[column - 2] + 1);
      }
    }
    [before, last] = [last, now];
  }
  return Math.min(...last);
}
