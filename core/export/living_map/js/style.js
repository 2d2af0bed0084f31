// How the map looks around the points. Colors are the theme's; forced colors take their place where they are forced.

export const STYLE = `
:host { display: block }
.map { container-type: inline-size; color: var(--st-text-color, CanvasText); font-family: var(--st-font, system-ui);
  font-size: 14px; line-height: 1.4 }
.head { display: flex; flex-wrap: wrap; gap: 4px 24px; align-items: flex-end; justify-content: space-between;
  margin-bottom: 8px }
.title { font-weight: 600; font-size: 15px }
.remark { font-size: 13px; opacity: .75 }
.bar { width: 220px; font-size: 12px }
.bar .scale { height: 10px; border-radius: 3px; margin: 3px 0 2px; forced-color-adjust: none }
.bar .ticks { position: relative; height: 15px }
.bar .ticks span { position: absolute; transform: translateX(-50%); white-space: nowrap }
.body, .frame { position: relative }
.frame { height: clamp(320px, 112cqi, var(--tall)); border-radius: 8px; overflow: hidden;
  border: 1px solid var(--st-border-color, GrayText); background: var(--st-background-color, Canvas) }
.stage { position: absolute; inset: 0; overflow: clip; background: inherit }
.stage:focus-visible { outline: 2px solid var(--st-primary-color, Highlight); outline-offset: -2px; border-radius: 8px }
.stage:focus:not(:focus-visible) { outline: none }
canvas { position: absolute; inset: 0; width: 100%; height: 100%; forced-color-adjust: none }
.over { cursor: grab; touch-action: pan-y; user-select: none; -webkit-user-select: none }
.over:active { cursor: grabbing }
.over[data-on] { cursor: pointer }
.over[data-tool=lasso], .over[data-tool=box] { cursor: crosshair }
.tools { position: absolute; z-index: 1; top: 8px; right: 8px; display: flex; gap: 2px; padding: 2px; border-radius: 8px;
  background: color-mix(in srgb, var(--st-background-color, Canvas) 88%, transparent);
  border: 1px solid var(--st-border-color, GrayText) }
.map[data-picks] .tools :is([data-tool=lasso], [data-tool=box]) { display: none }
.tools i { width: 1px; margin: 4px 2px; background: var(--st-border-color, GrayText) }
button { font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; border-radius: 6px }
button:focus-visible, input:focus-visible, select:focus-visible { outline: 2px solid var(--st-primary-color, Highlight) }
.tools button, .film button { width: 30px; height: 30px; display: grid; place-items: center }
.tools button:hover, .film button:hover, .legend button:hover { background: var(--st-secondary-background-color, Canvas) }
.tools button[aria-pressed=true] { background: var(--st-primary-color, Highlight); color: #fff }
svg { width: 18px; height: 18px; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round;
  stroke-linejoin: round }
.tip { position: absolute; pointer-events: none; max-width: min(300px, 80%); padding: 6px 10px; border-radius: 6px;
  font-size: 13px; line-height: 1.35; background: var(--st-background-color, Canvas);
  border: 1px solid var(--st-border-color, CanvasText); box-shadow: 0 3px 12px rgb(0 0 0 / .18); overflow-wrap: anywhere }
.tip b { font-weight: 600; display: block }
.hint { position: absolute; left: 50%; bottom: 44px; transform: translateX(-50%); padding: 6px 14px; border-radius: 16px;
  font-size: 13px; text-align: center; background: var(--st-text-color, CanvasText); color: var(--st-background-color, Canvas);
  pointer-events: none; max-width: 85% }
[hidden] { display: none !important }
.legend { display: flex; flex-wrap: wrap; gap: 2px 4px; margin-top: 6px; font-size: 13px }
.legend button, .legend span.rest { display: inline-flex; align-items: center; gap: 6px; padding: 3px 8px; text-align: left }
.legend button[aria-pressed=false] { opacity: .66 }
.legend svg { width: 12px; height: 12px; stroke: none; forced-color-adjust: none; flex: none }
.film { display: flex; min-height: 30px; align-items: center; gap: 8px; margin-top: 6px; font-variant-numeric: tabular-nums; font-size: 13px }
.film input { flex: 1; min-width: 60px; accent-color: var(--st-primary-color, Highlight) }
.film select { font: inherit; color: inherit; background: var(--st-background-color, Canvas); border-radius: 6px;
  border: 1px solid var(--st-border-color, GrayText); padding: 3px }
.film output { min-width: 8.5em }
.compact .head { flex-wrap: nowrap; gap: 4px 12px; margin-bottom: 4px }
.compact .title { font-size: 14px; line-height: 1.25; max-height: 2.5em; overflow: hidden }
.compact .frame { height: clamp(260px, 108cqi, var(--tall)) }
.compact .body .tools { position: absolute; padding: 1px; top: 4px; right: 4px;
  border: 1px solid var(--st-border-color, GrayText) }
.compact .tools button { width: 28px; height: 28px }
.compact .tools i, .compact [data-tool=pan], .compact [data-tool=lasso], .compact [data-tool=box] { display: none }
.compact .film output { min-width: 6em }
.told { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
@media print { canvas { width: 100% !important; height: 100% !important } }
@media (forced-colors: active) { button[aria-pressed=true] { outline: 2px solid Highlight } }
@container (max-width: 640px) {
  .map:not(.compact) .bar { width: 100% }
  .compact .bar { width: 130px; flex: none }
}
@container (max-width: 460px) {
  .tools { position: static; border: 0; padding: 0; margin-bottom: 4px }
  .tools button { width: 36px; height: 36px }
}
`;
