// Points as small shapes with a thin line around them, smooth at any size without the browser's help.

export const VERTEX = `#version 300 es
precision highp float;
in vec2 before;    // where the item was
in vec2 after;     // where it goes
in float color;    // place in the palette; 0: unknown, or in none of the classes
in float size;     // diameter, eighths of a pixel
in float opacity;
in float state;    // 0 as all, 1 dimmed
uniform vec4 view;
uniform float share, ratio, grow, colors, dimmed;
uniform sampler2D palette;
uniform vec3 line;
flat out vec4 inner, outer; // colors of the point and of its line, times their opacity
flat out vec3 form;         // radius, what the line adds to be drawn, and the shape; in pixels
flat out float side;        // of the square that is drawn, in pixels
void main() {
  gl_Position = vec4(mix(before, after, share) * view.xy + view.zw, 0.0, 1.0);
  float behind = color < 0.5 || state > 0.5 ? 0.75 : 1.0;
  float radius = max(0.6, size / 16.0 * grow * behind) * ratio;
  float shape = colors > 0.0 && color > 0.5 ? mod(floor((color - 0.5) / colors), 5.0) : 0.0;
  side = gl_PointSize = 2.0 * radius + (shape < 0.5 ? 1.0 : 2.0);
  vec4 fill = texelFetch(palette, ivec2(int(color + 0.5), 0), 0);
  float solid = state > 0.5 ? dimmed * mix(0.6, 1.0, opacity) : opacity; // faint ones are dimmed, but not gone
  vec3 own = state > 0.5 ? mix(fill.rgb, vec3(0.54, 0.56, 0.61), 0.7) : fill.rgb;
  inner = vec4(own, 1.0) * (fill.a * solid);
  outer = vec4(mix(own, line, 0.38), 1.0) * (fill.a * solid);
  form = vec3(radius, radius > 1.6 * ratio ? 0.9 * ratio + 0.5 : -1e4, shape);
}`;

export const FRAGMENT = `#version 300 es
precision highp float;
flat in vec4 inner, outer;
flat in vec3 form;
flat in float side;
out vec4 result;
float distance_to(vec2 p, float radius, float shape) {
  vec2 q = abs(p);
  if (shape < 1.5) return (q.x + q.y - 1.15 * radius) * 0.7071;
  if (shape < 2.5) return max(q.x, q.y) - 0.86 * radius;
  if (shape < 3.5) return max(q.x * 0.866 - p.y * 0.5 - 0.5 * radius, p.y - 0.6 * radius);
  return max(min(q.x, q.y) - 0.34 * radius, max(q.x, q.y) - radius);
}
void main() {
  vec2 p = (gl_PointCoord - 0.5) * side;
  float away = form.z < 0.5 ? length(p) - form.x : distance_to(p, form.x, form.z);
  result = mix(inner, outer, clamp(away + form.y, 0.0, 1.0)) * clamp(0.5 - away, 0.0, 1.0);
}`;
