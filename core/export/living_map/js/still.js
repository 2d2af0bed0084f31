// The map as a picture in a file: in pixels (PNG), or in shapes and words that can be changed (SVG).

import { DIMMED } from "./canvas.js";
import { faint, numbersOf, paletteOf } from "./colors.js";
import { fitted } from "./labels.js";
import { GRID, gridLines } from "./overlay.js";
import { SvgContext } from "./svg.js";

const [HEAD, SCALE, ROW] = [40, 220, 24]; // pixels: heights of the heading and of a row of the legend, width of a scale
const MOST_SHAPES = 100_000;
const CORNERS = [null, [0, -1.15, 1.15, 0, 0, 1.15, -1.15, 0], [-0.86, -0.86, 0.86, -0.86, 0.86, 0.86, -0.86, 0.86],
  [0, -1, 0.92, 0.6, -0.92, 0.6],
  [-0.34, -1, 0.34, -1, 0.34, -0.34, 1, -0.34, 1, 0.34, 0.34, 0.34, 0.34, 1, -0.34, 1, -0.34, 0.34, -1, 0.34, -1, -0.34,
    -0.34, -0.34]];
const GRAY = [138, 143, 156];

/** Saves what is seen as pixels. */
export function savePng(view) {
  const { points, over } = view.chrome;
  const { camera, picture, ratio } = view;
  view.draw(performance.now());
  picture.plain();
  const sheet = document.createElement("canvas");
  const context = sheet.getContext("2d");
  const entries = legendOf(context, view);
  Object.assign(sheet, { width: points.width, height: Math.round((HEAD + camera.height + entries.tall) * ratio) });
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  drawAround(context, view, entries);
  for (const layer of [points, over]) context.drawImage(layer, 0, HEAD, camera.width, camera.height);
  sheet.toBlob((blob) => handOut(blob, "map.png"));
}

/** Saves what is seen as shapes and words; says so where there are too many. */
export function saveSvg(view) {
  const { camera, spec } = view;
  const items = itemsInView(view);
  if (items.length > MOST_SHAPES) {
    view.chrome.advise(`A drawing holds ${MOST_SHAPES.toLocaleString("en")} points: come nearer, or save a picture.`);
    return;
  }
  const entries = legendOf(view.chrome.over.getContext("2d"), view);
  const context = new SvgContext(camera.width, HEAD + camera.height + entries.tall, spec.title, spec.alt);
  drawAround(context, view, entries);
  context.within(HEAD, camera.width, camera.height, () => {
    context.fillStyle = faint(view.theme.text, GRID);
    for (const line of gridLines(camera, spec, 1)) context.fillRect(...line);
    drawPoints(context, view, items);
    view.overlay.paint(context, performance.now());
  });
  const text = new XMLSerializer().serializeToString(context.root);
  handOut(new Blob([text], { type: "image/svg+xml" }), "map.svg");
}

/** What lies on the screen, at the back first. */
function itemsInView(view) {
  const places = view.positions();
  const [left, low, right, high] = view.camera.bounds;
  return view.canvas.order.filter((item) => {
    const [x, y] = [places[2 * item], places[2 * item + 1]];
    return x >= left && x <= right && y >= low && y <= high;
  });
}

/** The points as the renderer draws them. */
function drawPoints(context, view, items) {
  const { camera, canvas, parts, spec, state, theme } = view;
  const [palette, places, line] = [paletteOf(spec.color), view.positions(), numbersOf(theme.text)];
  const colors = spec.color.kind === "classes" ? spec.color.colors.length : 0;
  context.lineWidth = 0.9;
  for (const item of items) {
    const [number, dimmed, opacity] = [parts.colors[item], state?.[item], (parts.opacity?.[item] ?? 255) / 255];
    const radius = Math.max(0.6, canvas.radius(item) * (number && !dimmed ? 1 : 0.75));
    const own = [...palette.slice(4 * number, 4 * number + 3)];
    const fill = dimmed ? mixed(own, GRAY, 0.7) : own;
    const alpha = (palette[4 * number + 3] / 255) * (dimmed ? DIMMED * (0.6 + 0.4 * opacity) : opacity);
    const rim = radius > 1.6 ? `rgb(${mixed(fill, line, 0.38).join(" ")} / ${alpha.toFixed(2)})` : null;
    const shape = colors && number ? Math.floor((number - 1) / colors) % 5 : 0;
    const [x, y] = camera.toScreen(places[2 * item], places[2 * item + 1]);
    drawShape(context, shape, x, y, radius, `rgb(${fill.join(" ")} / ${alpha.toFixed(2)})`, rim);
  }
}

function drawShape(context, shape, x, y, radius, color, rim = null) {
  const corners = CORNERS[shape];
  context.beginPath();
  if (corners) {
    for (let at = 0; at < corners.length; at += 2) context.lineTo(x + radius * corners[at], y + radius * corners[at + 1]);
    context.closePath();
  } else {
    context.arc(x, y, radius, 0, 2 * Math.PI);
  }
  context.fillStyle = color;
  context.fill();
  if (!rim) return;
  context.strokeStyle = rim;
  context.stroke();
}

function mixed(from, to, share) {
  return from.map((part, at) => Math.round(part + (to[at] - part) * share));
}

/** Ground, heading, the scale of the colors and the legend, as far as there are any. */
function drawAround(context, view, { entries, tall }) {
  const { camera, spec, theme } = view;
  const hasScale = spec.color.kind === "scale" && spec.color.label;
  context.fillStyle = theme.ground;
  context.fillRect(0, 0, camera.width, HEAD + camera.height + tall);
  Object.assign(context, { textAlign: "left", textBaseline: "alphabetic", fillStyle: theme.text });
  context.font = `600 15px ${theme.font}`;
  const heading = [spec.title, spec.remark, view.film && view.chrome.moment.textContent].filter(Boolean).join(" · ");
  context.fillText(fitted(context, heading, camera.width - (hasScale ? SCALE + 40 : 20)), 10, 26);
  if (hasScale) drawScale(context, view);
  context.font = `12px ${theme.font}`;
  for (const { x, y, color, shape, name } of entries) {
    drawShape(context, shape, x + 6, y, 5, color);
    Object.assign(context, { textAlign: "left", textBaseline: "middle", fillStyle: theme.text });
    context.fillText(name, x + 16, y);
  }
}

function drawScale(context, { camera, spec, theme }) {
  const palette = paletteOf(spec.color);
  const left = camera.width - SCALE - 10;
  for (let step = 0; step < 55; step++) {
    const at = 4 * (1 + Math.round((step * 253) / 54));
    context.fillStyle = `rgb(${palette.slice(at, at + 3).join(" ")})`;
    context.fillRect(left + step * (SCALE / 55), 16, SCALE / 55 + 0.3, 8);
  }
  Object.assign(context, { font: `11px ${theme.font}`, fillStyle: theme.text });
  context.fillText(fitted(context, spec.color.label, SCALE), left, 12);
  context.textAlign = "center";
  for (const [share, text] of spec.color.ticks) context.fillText(text, left + share * SCALE, 35);
  context.textAlign = "left";
}

/** Where each class stands under the picture, and how tall all of them are. */
function legendOf(context, { camera, spec, theme }) {
  const { kind, names, colors, rest } = spec.color;
  if (kind !== "classes") return { entries: [], tall: 0 };
  const told = names.map((name, place) => [name, colors[place % colors.length], Math.floor(place / colors.length) % 5]);
  if (rest) told.push([rest, "#8a8f9c", 0]);
  context.font = `12px ${theme.font}`;
  let [x, row] = [10, 0];
  const entries = told.map(([name, color, shape]) => {
    const shown = fitted(context, name, camera.width - 46);
    const wide = context.measureText(shown).width + 32;
    if (x > 10 && x + wide > camera.width) [x, row] = [10, row + 1];
    const entry = { x, y: HEAD + camera.height + (row + 0.5) * ROW, color, shape, name: shown };
    x += wide;
    return entry;
  });
  return { entries, tall: (row + 1) * ROW };
}

function handOut(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
