// What lies over the points: axes, outlines, lines to neighbors, whatever is found, places that are no items.

import { faint } from "./colors.js";
import { fitted, isFree, shortened, written } from "./labels.js";

const QUIET = 0.66;
export const GRID = 0.09;

/** Steps of an axis that people can count with, about one each 110 pixels; `scale`: pixels of one. */
export function ticksOf(low, high, scale, powers = false) {
  const rough = 110 / scale; // whatever part of the axis is seen, the same steps
  const power = 10 ** Math.floor(Math.log10(rough));
  const least = power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
  const step = powers ? Math.max(1, Math.round(least)) : least;
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const first = Math.ceil(low / step - 1e-9);
  const number = Math.max(0, Math.floor(high / step + 1e-9) - first + 1);
  return Array.from({ length: number }, (_, at) => ({
    value: (first + at) * step,
    text: powers ? (10 ** ((first + at) * step)).toLocaleString("en") : minus(((first + at) * step).toFixed(digits)),
  }));
}

/** A number as it is printed: with a true minus, and none before zero. */
export function minus(number) {
  return number.replace(/^-/, "−").replace(/^−(0(\.0*)?)$/, "$1");
}

/** Lines of a grid as the renderer draws them, under the points: [left, top, width, height] in its pixels. */
export function gridLines(camera, { axes, powers }, ratio) {
  const [left, low, right, high] = camera.bounds;
  const [wide, tall] = [Math.round(camera.width * ratio), Math.round(camera.height * ratio)];
  const thick = (value) => Math.max(1, Math.round((value === 0 ? 1.5 : 1) * ratio));
  const lines = [];
  if (axes[0]) {
    for (const { value } of ticksOf(left, right, camera.scaleX, powers)) {
      lines.push([Math.round(camera.toScreen(value, 0)[0] * ratio), 0, thick(value), tall]);
    }
  }
  if (axes[1]) {
    for (const { value } of ticksOf(low, high, camera.scaleY)) {
      lines.push([0, Math.round(camera.toScreen(0, value)[1] * ratio), wide, thick(value)]);
    }
  }
  return lines;
}

/** Numbers and titles of the axes, inside the frame.
 *
 * @param tools [left, top, right, bottom]: what the tools cover; a title that is too long to stand beside them is below.
 */
export function drawAxes(context, camera, { axes, powers }, theme, tools) {
  const [left, low, right, high] = camera.bounds;
  const quiet = faint(theme.text, QUIET);
  context.font = `11px ${theme.font}`;
  if (axes[0]) {
    context.textAlign = "center";
    for (const { value, text } of ticksOf(left, right, camera.scaleX, powers)) {
      const at = camera.toScreen(value, 0)[0];
      if (at > 34 && at < camera.width - 14) written(context, text, at, camera.height - 9, theme, quiet);
    }
    title(context, `${axes[0]} →`, camera.width - 8, camera.height - 25, "right", camera.width - 16, theme);
  }
  if (axes[1]) {
    context.textAlign = "left";
    for (const { value, text } of ticksOf(low, high, camera.scaleY)) {
      const at = camera.toScreen(0, value)[1];
      if (at > 34 && at < camera.height - 34) written(context, text, 6, at, theme, quiet);
    }
    context.font = TITLE + theme.font;
    const beside = !tools || context.measureText(`↑ ${axes[1]}`).width <= tools[0] - 16;
    const room = beside && tools ? tools[0] : camera.width;
    title(context, `↑ ${axes[1]}`, 8, beside ? 14 : tools[3] + 10, "left", room - 16, theme);
  }
  context.textAlign = "left";
}

const TITLE = "600 12px ";

function title(context, text, x, y, align, most, theme) {
  context.font = TITLE + theme.font;
  context.textAlign = align;
  written(context, fitted(context, text, most), x, y, theme);
  context.font = `11px ${theme.font}`;
}

/** Areas to outline, [x, y, x, y …] each. */
export function drawOutlines(context, camera, outlines, theme) {
  context.lineWidth = 1.5;
  context.strokeStyle = theme.found;
  context.fillStyle = faint(theme.found, 0.1);
  for (const outline of outlines) {
    path(context, camera, outline);
    context.fill();
    context.stroke();
  }
}

/** From one item to its true neighbors, and a small ring around each of them. */
export function drawNear(context, camera, places, found, near, theme) {
  const start = camera.toScreen(places[2 * found], places[2 * found + 1]);
  const ends = near.map((item) => camera.toScreen(places[2 * item], places[2 * item + 1]));
  context.strokeStyle = faint(theme.found, 0.55);
  context.lineWidth = 1.5;
  for (const end of ends) {
    context.beginPath();
    context.moveTo(...start);
    context.lineTo(...end);
    context.stroke();
    ring(context, end, 5, 1.5, theme.found);
  }
}

/** Rings around items with their titles over them. Adds to `taken` where they lie. */
export function drawFound(context, camera, places, items, titles, theme, taken) {
  for (const item of items) {
    const [x, y] = camera.toScreen(places[2 * item], places[2 * item + 1]);
    ring(context, [x, y], 8, 2.5, theme.found);
    taken.push([x - 11, y - 11, x + 11, y + 11]);
  }
  if (titles) drawTitles(context, camera, places, items, titles, theme, theme.found, taken);
}

function drawTitles(context, camera, places, items, titles, theme, color, taken) {
  context.font = `600 13px ${theme.font}`;
  for (const item of items) {
    const [x, y] = camera.toScreen(places[2 * item], places[2 * item + 1]);
    if (x < 0 || y < 0 || x > camera.width || y > camera.height) continue;
    if (titles[item] === undefined) continue; // on its way
    const text = shortened(titles[item], 40);
    const wide = context.measureText(text).width;
    const least = wide + 40 < camera.width ? 36 : 4; // beside the numbers of the axis
    const left = Math.min(Math.max(least, x - wide / 2), camera.width - wide - 4);
    const heights = y > 40 ? [-20, 20, -36, 36, -52, 52] : [20, 36, 52];
    const free = heights.find((far) => isFree(taken, [left, y + far - 8, left + wide, y + far + 8], camera));
    const middle = y + (free ?? heights[0]);
    written(context, text, left, middle, theme, color);
    taken.push([left - 2, middle - 9, left + wide + 2, middle + 9]);
  }
}

/** The way of each item from the first moment of a film until now, fainter the longer ago, and its title at the end.
 *
 * @param trails [{item, color}]: the items that are followed.
 * @param film null where there is none: only where they are now is marked.
 */
export function drawTrails(context, camera, places, trails, film, titles, theme, taken) {
  context.lineWidth = 2;
  for (const { item, color } of trails) {
    const path = film ? film.pathOf(item) : [];
    const last = path.length / 2 - 1;
    for (let at = 0; at < last; at++) {
      context.beginPath();
      context.moveTo(...camera.toScreen(path[2 * at], path[2 * at + 1]));
      context.lineTo(...camera.toScreen(path[2 * at + 2], path[2 * at + 3]));
      context.strokeStyle = faint(color, 0.12 + (0.88 * (at + 1)) / last);
      context.stroke();
    }
    const [x, y] = camera.toScreen(places[2 * item], places[2 * item + 1]);
    ring(context, [x, y], 6, 2.5, color);
    taken.push([x - 8, y - 8, x + 8, y + 8]);
  }
  if (titles) drawTitles(context, camera, places, trails.map(({ item }) => item), titles, theme, theme.text, taken);
}

/** Named places: diamonds where `marked`, a larger one where it is the only one and always named; else the names alone,
 * as of regions. Adds to `taken` where names lie. */
export function drawNamed(context, camera, { points, names, marked }, theme, taken) {
  const alone = marked && names.length === 1;
  context.font = marked && !alone ? `11px ${theme.font}` : `600 14px ${theme.font}`;
  const color = marked ? theme.found : theme.text;
  names.forEach((name, at) => {
    const [x, y] = camera.toScreen(points[2 * at], points[2 * at + 1]);
    if (x < 0 || y < 0 || x > camera.width || y > camera.height) return;
    if (marked) diamond(context, x, y, alone ? 9 : 5, theme);
    const text = shortened(name, 28);
    const wide = context.measureText(text).width;
    const left = Math.min(Math.max(3, x - wide / 2), camera.width - wide - 3);
    const heights = !marked ? [y] : alone ? [y - 18, y + 18] : [y - 13, y + 13];
    const isOpen = (tried) => isFree(taken, [left, tried - 8, left + wide, tried + 8], camera);
    const middle = heights.find(isOpen) ?? (alone ? heights[0] : undefined);
    if (middle === undefined) return;
    written(context, text, left, middle, theme, color);
    taken.push([left - 2, middle - 8, left + wide + 2, middle + 8]);
  });
}

/** A loop that is being drawn on the screen. */
export function drawLoop(context, loop, theme) {
  if (loop.length < 4) return;
  context.setLineDash([5, 4]);
  context.lineWidth = 1.5;
  context.strokeStyle = theme.found;
  context.fillStyle = faint(theme.found, 0.08);
  context.beginPath();
  for (let at = 0; at < loop.length; at += 2) context.lineTo(loop[at], loop[at + 1]);
  context.closePath();
  context.fill();
  context.stroke();
  context.setLineDash([]);
}

export function ring(context, [x, y], radius, width, color) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.lineWidth = width;
  context.strokeStyle = color;
  context.stroke();
}

function diamond(context, x, y, size, theme) {
  context.beginPath();
  for (const [right, down] of [[0, -1], [1, 0], [0, 1], [-1, 0]]) context.lineTo(x + right * size, y + down * size);
  context.closePath();
  context.fillStyle = theme.found;
  context.fill();
  context.lineWidth = 1;
  context.strokeStyle = theme.ground;
  context.stroke();
}

function path(context, camera, outline) {
  context.beginPath();
  for (let at = 0; at < outline.length; at += 2) context.lineTo(...camera.toScreen(outline[at], outline[at + 1]));
  context.closePath();
}
