// Colors of the points, and those that the page's theme gives.

const UNKNOWN = [138, 143, 156, 130];
const SOLID = 225;

/** "#rrggbb", "rgb(…)" or whatever else a style may say, as numbers from 0 to 255. */
export function numbersOf(color) {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color.trim());
  if (hex) return hex.slice(1).map((pair) => parseInt(pair, 16));
  const given = color.match(/[\d.]+/g)?.map(Number) ?? [128, 128, 128];
  return given.slice(0, 3).map((part) => (color.startsWith("color(") ? 255 * part : part));
}

/** 256 colors for the renderer: 0 is what is unknown, the rest classes or the steps of a scale. */
export function paletteOf(spec) {
  const palette = new Uint8Array(1024);
  const put = (place, color) => palette.set(color, 4 * place);
  put(0, UNKNOWN);
  const stops = spec.colors.map(numbersOf);
  for (let place = 1; place < 256; place++) {
    if (spec.kind === "classes") {
      put(place, [...stops[(place - 1) % stops.length], SOLID]);
    } else {
      const at = ((place - 1) / 254) * (stops.length - 1);
      const low = Math.min(stops.length - 2, Math.floor(at));
      put(place, [...stops[low].map((from, part) => from + (stops[low + 1][part] - from) * (at - low)), SOLID]);
    }
  }
  return palette;
}

/** What the theme gives to an element: colors of text, ground, quiet text and whatever is found. */
export function themeOf(element) {
  const style = getComputedStyle(element);
  const [text, ground] = [style.color, style.backgroundColor];
  const forced = matchMedia("(forced-colors: active)").matches;
  const dark = luminance(numbersOf(ground)) < 0.4;
  const found = forced ? text : dark ? "#ff9a5c" : "#c2410c";
  return { text, ground, found, dark, font: style.fontFamily, line: numbersOf(text).map((part) => part / 255) };
}

/** A color with an opacity. */
export function faint(color, opacity) {
  return `rgb(${numbersOf(color).join(" ")} / ${opacity})`;
}

function luminance([red, green, blue]) {
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
}
