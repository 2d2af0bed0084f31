// Maps of the same items beside each other: what is pointed at, selected and seen on one is so on the others.

const groups = new Map(); // a name, and the views that go by it

export class Links {
  constructor(view) {
    Object.assign(this, { view, name: null });
  }

  /** Goes by this name from now on; null: by none. */
  join(name) {
    if (name === this.name) return;
    this.leave();
    this.name = name;
    if (!name) return;
    groups.set(name, (groups.get(name) ?? new Set()).add(this.view));
    this.others((other) => {
      Object.assign(other.links, { seen: null, screened: null }); // what it shows is news here
      other.invalidate();
    });
  }

  /** Whether this map goes where another one is. */
  get follows() {
    let led = false;
    this.others(({ links }) => (led ||= Boolean(links.leads || links.projects)));
    return led && !this.leads && !this.projects;
  }

  leave() {
    groups.get(this.name)?.delete(this.view);
    this.name = null;
  }

  /** Does something to each of the other maps of the same items. */
  others(act) {
    for (const other of groups.get(this.name) ?? []) {
      if (other !== this.view && other.spec?.items === this.view.spec.items) act(other);
    }
  }

  /** The other maps follow this one's camera, until somebody moves another. */
  lead() {
    this.leads = true;
    this.others((other) => (other.links.leads = false));
  }

  /** The films of the other maps keep step with this one's, until somebody touches another. */
  project() {
    this.projects = true;
    this.view.film.led = false;
    this.others((other) => (other.links.projects = false));
  }

  /** Shows on the others what is seen here. */
  follow() {
    this.#followFilm();
    const { camera, spec } = this.view;
    const seen = `${camera.x},${camera.y},${camera.scaleX},${camera.scaleY}`;
    if (!this.leads || seen === this.seen) return;
    this.seen = seen;
    this.others((other) => {
      if (spec.film && String(other.spec.axes) !== String(spec.axes)) return; // in other units
      const [wide, tall] = [other.camera.width / camera.width, other.camera.height / camera.height];
      const { x, y, scaleX, scaleY } = camera.place;
      other.journey.stop();
      Object.assign(other.camera, { x, y, scaleX: scaleX * wide, scaleY: scaleY * (other.spec.equal ? wide : tall) });
      other.camera.own = camera.own;
      other.invalidate();
    });
  }

  #followFilm() {
    const { film } = this.view;
    if (!this.projects || !film) return;
    const seen = `${film.place},${film.playing},${film.speed}`;
    if (seen === this.screened) return;
    this.screened = seen;
    this.others((other) => other.film && other.screen((follower) => follower.keepStep(film), { leads: false }));
  }
}
