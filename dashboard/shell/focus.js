// Keeps a keyboard's place: where the focused element goes away (Train, which becomes Stop), what has come in its stead
// takes the focus, and what has opened a dialog takes it when that is closed, instead of the top of the page.

const STOPS = "button:not([disabled]):not([aria-label^='Help']), a[href], input:not([disabled]), [tabindex='0']";
const WAITS = 10_000; // milliseconds; after that the person has gone on by themselves

let place = []; // the element that had the focus last, and all around it, from the inside out
let since = 0;
let inside = false; // a dialog

function remember({ target }) {
  inside = Boolean(target.closest?.("[role=dialog]"));
  if (inside) return;
  place = [];
  since = 0;
  if (!target.matches?.(":focus-visible")) return; // a mouse knows where it is
  for (let at = target; at && !at.matches("body, .stApp, [data-testid=stMain]"); at = at.parentElement) place.push(at);
}

function mend() {
  const [last] = place;
  if (!last || document.activeElement !== document.body) return;
  if (last.isConnected) {
    if (inside && !document.querySelector("[role=dialog]")) last.focus({ preventScroll: true, focusVisible: true });
    return;
  }
  since ||= performance.now();
  if (performance.now() - since > WAITS) place = [];
  const around = place.find((element) => element.isConnected);
  const stop = [...(around?.querySelectorAll(STOPS) ?? [])].find((element) => element.checkVisibility());
  stop?.focus({ preventScroll: true, focusVisible: true });
}

export default function keepFocus() {
  const watcher = new MutationObserver(mend);
  watcher.observe(document.body, { childList: true, subtree: true });
  document.addEventListener("focusin", remember);
  return () => {
    watcher.disconnect();
    document.removeEventListener("focusin", remember);
  };
}
