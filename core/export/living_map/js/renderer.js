// Draws the points with WebGL2. Knows nothing of what they mean.

import { FRAGMENT, VERTEX } from "./shaders.js";

const UNIFORMS = ["view", "share", "ratio", "grow", "colors", "dimmed", "palette", "line"];
const PLACES = ["before", "after"];
const NUMBERS = { color: 0, size: 48, opacity: 1, state: 0 }; // and what each is where all items are alike

export class Renderer {
  /** @throws Error where there is no WebGL2. */
  constructor(canvas) {
    const options = { antialias: false, depth: false, stencil: false, powerPreference: "high-performance" };
    const gl = canvas.getContext("webgl2", options);
    if (!gl) throw new Error("There is no WebGL2.");
    this.gl = gl;
    this.longest = gl.getParameter(gl.MAX_RENDERBUFFER_SIZE); // side of a canvas, in pixels
    this.program = linked(gl);
    gl.useProgram(this.program);
    this.uniforms = Object.fromEntries(UNIFORMS.map((name) => [name, gl.getUniformLocation(this.program, name)]));
    const attributes = [...PLACES, ...Object.keys(NUMBERS)];
    this.slots = Object.fromEntries(attributes.map((name) => [name, gl.getAttribLocation(this.program, name)]));
    this.buffers = {};
    this.counts = {};
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
    for (const which of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, which, gl.NEAREST);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  get lost() {
    return this.gl.isContextLost();
  }

  /** Where the items were, or go; x and y of each in turn, float32. */
  places(name, values) {
    this.#fill(name, values);
    this.#point(name, 2, this.gl.FLOAT, false, 0);
  }

  /** All frames of a film, uint16, one after the other. */
  frames(values) {
    this.#fill("frames", values);
  }

  /** Shows what lies between two frames of a film of n items. */
  frame(first, second, n) {
    this.gl.bindBuffer(this.gl.ARRAY_BUFFER, this.buffers.frames);
    this.#point("before", 2, this.gl.UNSIGNED_SHORT, true, first * n * 4);
    this.#point("after", 2, this.gl.UNSIGNED_SHORT, true, second * n * 4);
  }

  /** A number from 0 to 255 for each item; null: all are alike. */
  numbers(name, values) {
    if (!values) {
      this.gl.disableVertexAttribArray(this.slots[name]);
      this.gl.vertexAttrib1f(this.slots[name], NUMBERS[name]);
      return;
    }
    this.#fill(name, values);
    this.#point(name, 1, this.gl.UNSIGNED_BYTE, name === "opacity", 0);
  }

  /** The size of all items, in pixels, where it is not one number each. */
  alike(pixels) {
    this.gl.vertexAttrib1f(this.slots.size, 8 * pixels);
  }

  /** Which items are drawn, what lies at the back first: all, or "few" of them in a hurry. */
  order(which, items) {
    const { gl } = this;
    this.buffers[which] ??= gl.createBuffer();
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.buffers[which]);
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, items, gl.STATIC_DRAW);
    this.counts[which] = items.length;
  }

  /** 256 colors, red, green, blue and opacity from 0 to 255 each. */
  palette(values) {
    const { gl } = this;
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 256, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, values);
  }

  /** One picture. `lines`: [left, top, width, height] in pixels of the canvas, drawn under the points. */
  draw({ which, clip, share, ratio, grow, colors, dimmed, line, lines, lineColor }) {
    const { gl, uniforms } = this;
    const { width, height } = gl.canvas;
    gl.viewport(0, 0, width, height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.enable(gl.SCISSOR_TEST);
    gl.clearColor(...lineColor);
    for (const [left, top, wide, tall] of lines) {
      gl.scissor(left, height - top - tall, wide, tall);
      gl.clear(gl.COLOR_BUFFER_BIT);
    }
    gl.disable(gl.SCISSOR_TEST);
    gl.uniform4fv(uniforms.view, clip);
    gl.uniform3fv(uniforms.line, line);
    for (const [name, value] of Object.entries({ share, ratio, grow, colors, dimmed })) gl.uniform1f(uniforms[name], value);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.buffers[which]);
    gl.drawElements(gl.POINTS, this.counts[which], gl.UNSIGNED_INT, 0);
  }

  /** Gives the context back: a page has few of them. */
  end() {
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }

  #fill(name, values) {
    const { gl } = this;
    this.buffers[name] ??= gl.createBuffer();
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[name]);
    gl.bufferData(gl.ARRAY_BUFFER, values, gl.STATIC_DRAW);
  }

  #point(name, width, type, normalized, offset) {
    this.gl.enableVertexAttribArray(this.slots[name]);
    this.gl.vertexAttribPointer(this.slots[name], width, type, normalized, 0, offset);
  }
}

function linked(gl) {
  const program = gl.createProgram();
  for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    throw new Error(`The points cannot be drawn: ${gl.getProgramInfoLog(program)}`);
  }
  return program;
}
