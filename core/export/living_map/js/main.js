// The map as a component of Streamlit: data in, what is selected out.

import { begin } from "./alone.js";

const views = new WeakMap();

/** Called anew with every change of data or theme. */
export function mount({ data, parentElement, setStateValue, setTriggerValue }) {
  if (!views.has(parentElement)) views.set(parentElement, begin(parentElement));
  const view = views.get(parentElement);
  view.on.select = (bits) => setTriggerValue("selected", { bits, items: data.items });
  view.on.missing = () => setStateValue("missing", true);
  view.show(data);
  return () => {
    // Streamlit also calls this where newer data has overtaken a call: then the map is still on the page.
    if (parentElement.isConnected) return;
    view.end();
    views.delete(parentElement);
    parentElement.replaceChildren();
  };
}
