// One entry of the browser's history for each thing that a person does, whoever writes the address and however often.
//
// Streamlit pushes an entry with every address the server sends and with every change of page, several of them for one
// click, and replaces the current one where a field that stands in the link is changed. Here the first change of the
// address after a click or a key is an entry, and each change that follows without one belongs to it: what the server
// fills in, what a training brings when it ends, what is restored after Back and Forward. A change of nothing but what
// Back does not take away again, somebody's ratings and names and how far a mission is, is no entry at all.
(() => {
  const push = history.pushState.bind(history);
  const replace = history.replaceState.bind(history);
  const quiet = new RegExp(QUIET);
  let acted = false;

  const act = (event) => {
    if (event.isTrusted && !event.repeat && !(event.type === "click" && event.detail > 0)) acted = true;
  };
  // A field takes what was typed when the pointer goes down elsewhere, which is an entry of its own: the pointer's is
  // what follows when it goes up. A click without a pointer is that of a key or of assistive technology.
  for (const kind of ["pointerup", "click", "keydown"]) addEventListener(kind, act, { capture: true, passive: true });
  addEventListener("popstate", () => (acted = false), { capture: true });

  const place = (url) => {
    const said = [...url.searchParams].filter(([name]) => !quiet.test(name)).sort();
    return url.origin + url.pathname + JSON.stringify(said);
  };
  const write = (state, unused, url) => {
    const elsewhere = url != null && place(new URL(url, location.href)) !== place(new URL(location.href));
    (acted && elsewhere ? push : replace)(state, unused, url);
    if (elsewhere) acted = false;
  };
  history.pushState = write;
  history.replaceState = write;
})();
