// The data of a map comes in parts: places, colors, names … A part is named by its content, so that one which the
// browser has is never sent again, whatever else has changed and on whichever page it is asked for.

const MOST_KEPT = 40;
const TRIES = 4;
const kept = new Map(); // what a part is called, and the promise of its bytes; the one used last comes last

/** What tells a part from others; null for none. */
export function nameOf(part) {
  return part ? (part.at ?? part.text) : null;
}

/** The bytes of a part, {at: address} or {text: base64}; null for none. */
export function bytesOf(part) {
  if (!part) return Promise.resolve(null);
  const name = nameOf(part);
  const known = kept.get(name) ?? (part.at ? fetched(part.at) : Promise.resolve(decoded(part.text).buffer));
  kept.delete(name);
  kept.set(name, known);
  known.catch(() => kept.delete(name));
  for (const oldest of kept.keys()) {
    if (kept.size <= MOST_KEPT) break;
    kept.delete(oldest);
  }
  return known;
}

/** Titles of n items, and notes if there are any, of a part that holds them: compressed, a zero byte between two. */
export async function namesOf(part, n) {
  const bytes = await bytesOf(part);
  if (!bytes) return null;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const words = (await new Response(stream).text()).split("\0");
  return { titles: words.slice(0, n), notes: words.slice(n) };
}

/** Base64 as bytes. */
export function decoded(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** Which of the items are chosen, a bit each, the first in the highest bit of the first byte, as base64. */
export function bitsOf(chosen) {
  const bytes = new Uint8Array(Math.ceil(chosen.length / 8));
  for (let item = 0; item < chosen.length; item++) if (chosen[item]) bytes[item >> 3] |= 128 >> (item & 7);
  let text = "";
  for (let start = 0; start < bytes.length; start += 32768) {
    text += String.fromCharCode(...bytes.subarray(start, start + 32768));
  }
  return btoa(text);
}

/** Of n items those whose bit is set, a byte each. */
export function chosenOf(bytes, n) {
  const bits = new Uint8Array(bytes);
  return Uint8Array.from({ length: n }, (_, item) => (bits[item >> 3] >> (7 - (item & 7))) & 1);
}

async function fetched(address) {
  const headers = { Range: "bytes=0-" }; // a server compresses no part of a file: numbers would only take longer
  // While another page is drawn anew its files may be missing for a moment.
  for (let attempt = 1; ; attempt++) {
    const ahead = globalThis.partsAhead?.get(address); // asked for while this program was on its way
    globalThis.partsAhead?.delete(address);
    const answer = await (ahead ?? fetch(new URL(address, document.baseURI), { headers })).catch(() => null);
    if (answer?.ok) return answer.arrayBuffer();
    if (attempt === TRIES) throw new Error(`A part of the map could not be loaded (${answer?.status ?? "no answer"}).`);
    await new Promise((resolve) => setTimeout(resolve, 150 * 2 ** attempt));
  }
}
