// One entry of the browser's history for each thing that a person does, whoever writes the address and however often.
//
// Streamlit pushes an entry with every address the server sends and with every change of page, several of them for one
// click, and replaces the current one where a field that stands in the link is changed. Here the first change of the
// address after a click or a key is an entry, and each change that follows without one belongs to it: what the server
// fills in, what a training brings when it ends, what is restored after Back and Forward. A change of nothing but what
// Back does not take away again, somebody's ratings and names and how far a mission is, is no entry at all.
//
// Where a map's camera is, and the moment of its film, only the browser knows: it stays in the address whatever the
// server says of the rest, and Back and Forward between two such places ask the server for nothing.
(() => {
  const push = history.pushState.bind(history);
  const replace = history.replaceState.bind(history);
  const quiet = new RegExp(QUIET);
  const isSeen = (part) => part.startsWith("seen_");
  const parts = (query) => query.replace(/^\?/, "").split("&").filter(Boolean);
  let acted = false;
  let here = location.href;

  const act = (event) => {
    if (event.isTrusted && !event.repeat && !(event.type === "click" && event.detail > 0)) acted = true;
  };
  // A field takes what was typed when the pointer goes down elsewhere, which is an entry of its own: the pointer's is
  // what follows when it goes up. A click without a pointer is that of a key or of assistive technology.
  for (const kind of ["pointerup", "click", "keydown"]) addEventListener(kind, act, { capture: true, passive: true });

  const place = (url) => {
    const said = [...url.searchParams].filter(([name]) => !quiet.test(name)).sort();
    return url.origin + url.pathname + JSON.stringify(said);
  };
  const go = (state, url, byHand) => {
    const elsewhere = place(url) !== place(new URL(location.href));
    (byHand && elsewhere ? push : replace)(state, "", url);
    if (elsewhere) acted = false;
    here = location.href;
  };
  const write = (state, unused, address) => {
    const url = new URL(address ?? location.href, location.href);
    const seen = url.pathname === location.pathname ? parts(location.search).filter(isSeen) : [];
    url.search = [...parts(url.search).filter((part) => !isSeen(part)), ...seen].join("&");
    go(state, url, acted);
  };
  history.pushState = write;
  history.replaceState = write;

  /** A map says what is seen of it, and whether somebody has moved it. */
  addEventListener("seen", ({ detail: { values, byHand } }) => {
    const url = new URL(location.href);
    const others = parts(url.search).filter((part) => !(part.split("=")[0] in values));
    const said = Object.entries(values).filter(([, text]) => text);
    url.search = [...others, ...said.map((one) => one.join("="))].join("&");
    go(history.state, url, byHand);
  });

  const besides = (address) => {
    const url = new URL(address);
    return url.pathname + url.hash + parts(url.search).filter((part) => !isSeen(part)).join("&");
  };
  addEventListener("popstate", (event) => {
    const before = here;
    acted = false;
    here = location.href;
    dispatchEvent(new Event("wentback"));
    if (before !== here && besides(before) === besides(here)) event.stopImmediatePropagation();
  }, { capture: true });
})();
