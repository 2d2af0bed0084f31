// Walking from neighbor to neighbor without a mouse.

const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const HALF_ANGLE = Math.cos((50 / 180) * Math.PI);

/** The item to come to in a direction: near, and not far off to the side; -1 where none lies there.
 *
 * @param scale Pixels a unit, in both directions: near is what the eye sees as near.
 */
export function nextItem(grid, [scaleX, scaleY], from, [right, up], isLit) {
  const [x, y] = [grid.places[2 * from], grid.places[2 * from + 1]];
  const distance = (item, itemX, itemY) => {
    const [aside, above] = [(itemX - x) * scaleX, (itemY - y) * scaleY];
    const far = Math.hypot(aside, above);
    const along = aside * right + above * up;
    if (item === from || far === 0 || along < HALF_ANGLE * far || !isLit(item)) return Infinity;
    return (far * far) / along;
  };
  const most = Math.max(grid.wide, grid.tall) * grid.across * 2;
  for (let reach = Math.max(grid.wide, grid.tall); reach < most; reach *= 2) {
    const found = grid.nearest(x, y, [reach, reach], distance);
    // What lies beyond the reach could still be nearer than something far within its corner.
    if (found >= 0 && distance(found, grid.places[2 * found], grid.places[2 * found + 1]) <= reach * Math.min(scaleX, scaleY)) {
      return found;
    }
  }
  return grid.nearest(x, y, [most, most], distance);
}

/** What a key does; whether it was one of the map's.
 *
 * @param on What to do: walk([right, up]), choose(), leave(), zoom(factor), reset().
 */
export function pressed(event, on) {
  if (event.altKey || event.ctrlKey || event.metaKey) return false;
  if (DIRECTIONS[event.key]) on.walk(DIRECTIONS[event.key]);
  else if (event.key === "Enter" || event.key === " ") on.choose(event.shiftKey);
  else if (event.key === "Escape") on.leave();
  else if (event.key === "+" || event.key === "=") on.zoom(1.5);
  else if (event.key === "-") on.zoom(1 / 1.5);
  else if (event.key === "0" || event.key === "Home") on.reset();
  else return false;
  return true;
}
