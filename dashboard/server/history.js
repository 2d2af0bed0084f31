// One entry of the browser's history for each thing that a person does, whoever writes the address and however often.
//
// Streamlit pushes an entry with every address the server sends and with every change of page, several of them for one
// click, and replaces the current one where a field that stands in the link is changed. Here the first change of the
// address after a click or a key is an entry, and each change that follows without one belongs to it: what the server
// fills in, what a training brings when it ends, what is restored after Back and Forward.
(() => {
  const push = history.pushState.bind(history);
  const replace = history.replaceState.bind(history);
  let acted = false;

  const act = (event) => {
    if (event.isTrusted && !event.repeat && !(event.type === "click" && event.detail > 0)) acted = true;
  };
  // A field takes what was typed when the pointer goes down elsewhere, which is an entry of its own: the pointer's is
  // what follows when it goes up. A click without a pointer is that of a key or of assistive technology.
  for (const kind of ["pointerup", "click", "keydown"]) addEventListener(kind, act, { capture: true, passive: true });
  addEventListener("popstate", () => (acted = false), { capture: true });

  const write = (state, unused, url) => {
    const changed = url != null && new URL(url, location.href).href !== location.href;
    (acted && changed ? push : replace)(state, unused, url);
    if (changed) acted = false;
  };
  history.pushState = write;
  history.replaceState = write;
})();
