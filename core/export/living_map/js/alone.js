// A map wherever there is room for one: on a page of the program, or in a file that plays without a server.

import { made } from "./chrome.js";
import { STYLE } from "./style.js";
import { MapView } from "./view.js";

/** A map in an element, or in the root of its shadow; `show` of it draws. */
export function begin(root) {
  root.append(made("style", {}, STYLE));
  return new MapView(root);
}
