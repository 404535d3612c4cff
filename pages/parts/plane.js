// The plane in which a GAN with two-dimensional data plays, live on one canvas: real and generated
// points, D's decision as a tint, where G sends a grid of noise, and where its loss falls.
// Neither imports nor exports: Python puts this file in front of the script that uses `Plane`.

const PLANE_COLORS = { real: "#009e73", fake: "#d55e00", manifold: "#8e5bb5" };
const PLANE_FOLLOWS_THEME_MS = 500;
const [SHORTEST_TWEEN_MS, LONGEST_TWEEN_MS] = [80, 400];
const FLOW_MS = 1500;
const STRONGEST_TINT = 0.36; // of the surface: points of the same colour still stand out
const TRUTH_LEVELS = [[0.25, "fake"], [0.75, "real"]]; // of D*, with the colour of what it says there
const ARROW_LENGTH = 0.08; // of the width, for the reference that the corner shows
const LONGEST_ARROW = 2; // in such lengths: one outlier must not cross the whole picture
const VANISHED = 1e-3;
const [EVEN_OPACITY, DENSEST_OPACITY] = [0.09, 0.6]; // of a cell, if G spreads evenly, and at most
const PEN_SPACING = 0.03; // of the width
const MOST_DRAWN = 400;
const CROSSHAIR_STEP = 0.04; // of the width

// What says a sentence as the catalogue has it, with values in their places.
function sayingIn(catalog) {
  return (message, values = {}) => {
    const sentence = catalog[message] || message;
    return sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  };
}

class Plane {
  constructor(root, { text, language }) {
    this.root = root;
    this.text = text;
    this.language = language;
    this.known = { extent: 2 };
    this.layers = { real: true, fake: true, surface: true, truth: false, manifold: false, arrows: false };
    this.real = []; // other samples in each frame: they do not move
    this.shown = {}; // what the last drawn frame showed of all that moves
    this.from = {};
    this.goal = {};
    this.drawn = 0;
    this.arrowScale = 0;
    this.stages = this.phase = null;
    this.followed = [];
    this.calm = window.matchMedia("(prefers-reduced-motion: reduce)");
    this.build();
    this.sketch = new PlaneSketch(this);
    this.observer = new ResizeObserver(() => this.fit());
    this.observer.observe(this.canvas);
    this.themeTimer = setInterval(() => this.followTheme(), PLANE_FOLLOWS_THEME_MS);
    this.fit();
  }

  build() {
    this.root.classList.add("plane");
    this.canvas = this.root.appendChild(document.createElement("canvas"));
    this.canvas.tabIndex = 0;
    this.canvas.addEventListener("keydown", (event) => this.press(event));
    this.context = this.canvas.getContext("2d", { alpha: false });
    this.tint = document.createElement("canvas").getContext("2d");
    this.describe(false);
  }

  describe(drawing) {
    const label = drawing
      ? this.text("Draw real points: drag, or move with the arrow keys and drop a point with the space bar.")
      : this.text("Real and generated points in the plane. Press F to see how noise flows to data.");
    this.canvas.setAttribute("role", drawing ? "application" : "img"); // which takes the arrow keys itself
    this.canvas.setAttribute("aria-label", label);
  }

  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (this.sketch.press(event.key)) event.preventDefault(); // the page must not scroll
    else if (event.key.toLowerCase() === "f") this.playFlow();
  }

  destroy() {
    cancelAnimationFrame(this.requested);
    clearInterval(this.themeTimer);
    this.observer.disconnect();
    this.canvas.remove();
  }

  // -------------------------------------------------------------- what is shown

  // Channels that are not in the frame stay as they are; `null` takes one away. In slow motion a
  // frame comes in `stages`: phases that follow one another within so many milliseconds, D's
  // surface moving in one of them and all that hangs on G's points in another.
  setFrame(frame, stages = null) {
    const now = performance.now();
    const rescaled = frame.extent !== undefined && frame.extent !== this.known.extent;
    const jump = this.calm.matches || rescaled;
    Object.assign(this.known, frame);
    this.real = this.pointsOf("x_real");
    this.goal = this.whereTo();
    this.moving = false;
    for (const [track, goal] of Object.entries(this.goal)) {
      const tweens = !jump && this.shown[track]?.length === goal.length;
      this.from[track] = tweens ? this.shown[track].slice() : goal;
      this.shown[track] = this.from[track].slice();
      this.moving ||= tweens;
    }
    const interval = now - (this.framedAt ?? now);
    const interrupted = this.stages;
    this.stages = this.moving ? stages : null;
    if (this.phase && !this.stages) interrupted.onPhase((this.phase = null));
    this.lasts = this.stages?.lasts ?? Math.min(LONGEST_TWEEN_MS, Math.max(SHORTEST_TWEEN_MS, interval));
    this.followed = this.pointsOf("followed");
    this.began = this.framedAt = now;
    this.request();
  }

  whereTo() {
    return {
      fake: this.pointsOf("x_fake"),
      arrow: this.pointsOf("arrow"),
      manifold: this.pointsOf("manifold"),
      surface: decodeBytes(this.known.surface),
      truth: decodeBytes(this.known.truth),
    };
  }

  pointsOf(name) {
    return interleave(this.known[`${name}.x`], this.known[`${name}.y`]);
  }

  setLayers(layers) {
    Object.assign(this.layers, layers);
    this.request();
  }

  // Once, from the regular grid of noise to where G sends it.
  playFlow() {
    if (!this.shown.manifold?.length) return;
    this.flowBegan = performance.now();
    this.request();
  }

  // `known` points are there already, and may be added to.
  startDrawing(onDone, known = []) {
    this.sketch.start(onDone, known);
    this.describe(true);
  }

  clearDrawing() {
    this.sketch.clear();
  }

  // ---------------------------------------------------------------------- time

  request() {
    this.requested ??= requestAnimationFrame(() => {
      this.requested = null;
      const now = performance.now();
      this.advance(now);
      this.draw(now);
      if (this.moving || this.flowBegan) this.request();
    });
  }

  advance(now) {
    if (this.flowBegan && now - this.flowBegan >= FLOW_MS) this.flowBegan = null;
    if (!this.moving) return;
    const share = Math.min(1, (now - this.began) / this.lasts);
    for (const [track, goal] of Object.entries(this.goal)) blend(this.from[track], goal, this.shareOf(track, share), this.shown[track]);
    this.moving = share < 1;
    if (!this.stages) return;
    const { phases, onPhase } = this.stages;
    const phase = this.moving ? phases[Math.floor(share * phases.length)] : null;
    if (phase !== this.phase) onPhase((this.phase = phase));
  }

  // How far a track has moved, when this share of the time is over.
  shareOf(track, share) {
    if (!this.stages) return share;
    const { phases } = this.stages;
    const phase = phases.indexOf(track === "surface" ? "d_learns" : "g_learns");
    return Math.min(1, Math.max(0, share * phases.length - phase));
  }

  // ----------------------------------------------------------- size and colours

  // A canvas that changes its size is empty, so that it is drawn in the same frame.
  fit() {
    this.ratio = window.devicePixelRatio || 1;
    this.width = this.canvas.clientWidth;
    this.canvas.width = this.canvas.height = Math.round(this.width * this.ratio);
    this.paint();
    this.draw(performance.now());
  }

  followTheme() {
    if (this.ratio !== (window.devicePixelRatio || 1)) return this.fit();
    if (JSON.stringify(this.theme) === JSON.stringify(this.readTheme())) return;
    this.paint();
    this.request();
  }

  readTheme() {
    const style = getComputedStyle(this.root);
    const read = (name, fallback) => style.getPropertyValue(name).trim() || fallback;
    return {
      background: read("--st-background-color", "#ffffff"),
      text: read("--st-text-color", style.color),
      font: read("--st-font", "sans-serif"),
      ...PLANE_COLORS,
    };
  }

  // What depends on theme and size only.
  paint() {
    this.theme = this.readTheme();
    this.radius = Math.max(3.5, 0.0085 * this.width);
    this.palette = tintPalette(this.theme);
    this.kindDots = null;
    this.dots = { real: this.dot(this.theme.real), fake: this.dot(this.theme.fake) };
  }

  // Stamping a picture of a dot is several times faster than filling a circle.
  dot(color) {
    const half = Math.ceil((this.radius + 1) * this.ratio) / this.ratio; // whole pixels: no resampling
    const picture = document.createElement("canvas");
    picture.width = picture.height = Math.round(2 * half * this.ratio);
    const context = picture.getContext("2d");
    context.scale(this.ratio, this.ratio);
    context.arc(half, half, this.radius, 0, 2 * Math.PI);
    context.globalAlpha = 0.88;
    context.fillStyle = color;
    context.fill();
    context.globalAlpha = 0.6; // a rim keeps neighbours apart
    context.strokeStyle = this.theme.background;
    context.stroke();
    return { picture, half };
  }

  toX(x) {
    return ((x / this.known.extent + 1) * this.width) / 2;
  }

  toY(y) {
    return ((1 - y / this.known.extent) * this.width) / 2;
  }

  // ------------------------------------------------------------------- drawing

  draw(now) {
    if (!this.width) return;
    const { context, layers, shown } = this;
    const flowing = Boolean(this.flowBegan);
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.globalAlpha = 1;
    context.fillStyle = this.theme.background;
    context.fillRect(0, 0, this.width, this.width);
    if (layers.surface && shown.surface?.length) this.drawSurface(shown.surface);
    if (layers.truth && shown.truth?.length) this.drawTruth(shown.truth);
    this.drawTicks();
    if ((layers.manifold || flowing) && shown.manifold?.length) this.drawManifold(flowing ? this.flow(now) : shown.manifold);
    if (layers.real && !this.sketch.on) this.stamp(this.dots.real, this.real);
    if (layers.fake && !flowing) this.drawFake(shown.fake ?? []);
    const arrows = this.arrowsNow();
    if (arrows?.length && !flowing) this.drawArrows(shown.fake, arrows);
    if (this.sketch.on) this.drawSketch();
    this.canvas.dataset.drawn = ++this.drawn;
  }

  // In slow motion, those that G is about to follow; without them, D has not moved either.
  arrowsNow() {
    if (this.phase === "slopes") return this.followed.length ? this.followed : this.shown.arrow;
    return this.layers.arrows ? this.shown.arrow : null;
  }

  // The values stand on the corners of a lattice whose outer corners are the picture's.
  drawSurface(values) {
    const size = Math.sqrt(values.length);
    const { tint, palette } = this;
    if (tint.canvas.width !== size) {
      tint.canvas.width = tint.canvas.height = size;
      this.tintPixels = tint.createImageData(size, size);
    }
    const pixels = new Uint32Array(this.tintPixels.data.buffer);
    for (let row = 0; row < size; row++) {
      const top = (size - 1 - row) * size; // the first row is the lowest
      for (let column = 0; column < size; column++) {
        pixels[top + column] = palette[Math.round(values[row * size + column])];
      }
    }
    tint.putImageData(this.tintPixels, 0, 0);
    this.context.imageSmoothingEnabled = true;
    this.context.drawImage(tint.canvas, 0.5, 0.5, size - 1, size - 1, 0, 0, this.width, this.width);
  }

  drawTruth(values) {
    const { context } = this;
    const size = Math.sqrt(values.length);
    const scale = this.width / (size - 1);
    context.lineCap = "round";
    context.lineWidth = 2.5;
    for (const [level, color] of TRUTH_LEVELS) {
      context.strokeStyle = this.theme[color];
      context.beginPath();
      for (const [x0, y0, x1, y1] of contour(values, size, 255 * level)) {
        context.moveTo(x0 * scale, this.width - y0 * scale);
        context.lineTo(x1 * scale, this.width - y1 * scale);
      }
      context.stroke();
    }
  }

  drawTicks() {
    const { context, width } = this;
    const step = niceStep(this.known.extent / 2.5);
    const digits = Math.max(0, -Math.floor(Math.log10(step)));
    const format = new Intl.NumberFormat(this.language, { maximumFractionDigits: digits });
    const write = (number) => format.format(number).replace("-", "−");
    context.globalAlpha = 0.6;
    context.fillStyle = context.strokeStyle = this.theme.text;
    context.font = `${Math.max(11, Math.round(width / 43))}px ${this.theme.font}`;
    context.lineWidth = 1;
    context.beginPath();
    const last = Math.floor((0.9 * this.known.extent) / step); // the corners belong to neither axis
    for (let i = -last; i <= last; i++) {
      const [x, y] = [this.toX(i * step), this.toY(i * step)];
      context.moveTo(x, width);
      context.lineTo(x, width - 5);
      context.moveTo(0, y);
      context.lineTo(5, y);
      context.textAlign = "center";
      context.textBaseline = "alphabetic";
      context.fillText(write(i * step), x, width - 9);
      context.textAlign = "left";
      context.textBaseline = "middle";
      context.fillText(write(i * step), 9, y);
    }
    context.stroke();
  }

  // Where G is told of kinds, they take turns among its points: a colour and a number for each.
  drawFake(points) {
    const { kinds } = this.known;
    if (!kinds) return this.stamp(this.dots.fake, points);
    if (this.kindDots?.length !== kinds) {
      this.kindDots = Array.from({ length: kinds }, (_, kind) => this.dot(kindColor(kind, kinds)));
    }
    this.kindDots.forEach((dot, kind) => this.stamp(dot, points, kind, kinds));
    this.numberKinds(points.slice(0, 2 * kinds));
  }

  numberKinds(firstPoints) {
    const { context } = this;
    context.font = `bold ${Math.max(14, Math.round(this.width / 30))}px ${this.theme.font}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineWidth = 4;
    context.strokeStyle = this.theme.background;
    context.fillStyle = this.theme.text;
    for (let i = 0; i < firstPoints.length; i += 2) {
      const place = [String(i / 2), this.toX(firstPoints[i]), this.toY(firstPoints[i + 1]) - 3 * this.radius];
      context.strokeText(...place);
      context.fillText(...place);
    }
  }

  // From the `first` point on, each `next`.
  stamp({ picture, half }, points, first = 0, next = 1) {
    const { context } = this;
    const edge = 2 * half;
    const centre = this.width / 2;
    const scale = centre / this.known.extent;
    context.globalAlpha = 1;
    for (let i = 2 * first; i < points.length; i += 2 * next) {
      const [left, top] = [centre + scale * points[i] - half, centre - scale * points[i + 1] - half];
      context.drawImage(picture, left, top, edge, edge);
    }
  }

  // ------------------------------------------------------- G's grid, or its curve

  get manifoldShape() {
    return [this.known["manifold.rows"], this.known["manifold.columns"]];
  }

  // The noise on its way to the data; whoever wants no motion sees the start, then the end.
  flow(now) {
    const passed = (now - this.flowBegan) / FLOW_MS;
    const share = this.calm.matches ? Math.round(passed) : passed;
    const [rows, columns] = this.manifoldShape;
    const noise = lattice(rows, columns, 0.8 * this.known.extent);
    return blend(noise, this.shown.manifold, share, new Float32Array(noise.length));
  }

  drawManifold(points) {
    const [rows, columns] = this.manifoldShape;
    const vertices = points.map((value, i) => (i % 2 ? this.toY(value) : this.toX(value)));
    this.context.lineJoin = this.context.lineCap = "round";
    this.context.strokeStyle = this.context.fillStyle = this.theme.manifold;
    if (rows === 1) return this.drawCurve(vertices);
    this.fillCells(vertices, rows, columns);
    this.outlineCells(vertices, rows, columns);
  }

  // The smaller a cell, the more mass G puts on each spot in it.
  fillCells(vertices, rows, columns) {
    const { context } = this;
    const even = this.width ** 2 / ((rows - 1) * (columns - 1));
    for (let row = 0; row < rows - 1; row++) {
      for (let column = 0; column < columns - 1; column++) {
        const a = 2 * (row * columns + column);
        const b = a + 2 * columns;
        const area = triangle(vertices, a, a + 2, b + 2) + triangle(vertices, a, b + 2, b);
        context.globalAlpha = Math.min(DENSEST_OPACITY, (EVEN_OPACITY * even) / Math.max(area, 1e-9));
        context.beginPath();
        for (const corner of [a, a + 2, b + 2, b]) context.lineTo(vertices[corner], vertices[corner + 1]);
        context.fill();
      }
    }
  }

  outlineCells(vertices, rows, columns) {
    const { context } = this;
    const line = (first, stride, count) => {
      context.moveTo(vertices[first], vertices[first + 1]);
      for (let i = 1; i < count; i++) context.lineTo(vertices[first + i * stride], vertices[first + i * stride + 1]);
    };
    context.beginPath();
    for (let row = 0; row < rows; row++) line(2 * row * columns, 2, columns);
    for (let column = 0; column < columns; column++) line(2 * column, 2 * columns, rows);
    context.globalAlpha = 0.75;
    context.lineWidth = 1;
    context.stroke();
  }

  // One-dimensional noise: the shorter a piece, the more mass on it.
  drawCurve(vertices) {
    const { context } = this;
    const even = (2 * this.width) / (vertices.length / 2 - 1);
    context.lineWidth = 4;
    for (let i = 0; i + 3 < vertices.length; i += 2) {
      const length = Math.hypot(vertices[i + 2] - vertices[i], vertices[i + 3] - vertices[i + 1]);
      context.globalAlpha = Math.min(1, Math.max(0.4, (0.5 * even) / Math.max(length, 1e-9)));
      context.beginPath();
      context.moveTo(vertices[i], vertices[i + 1]);
      context.lineTo(vertices[i + 2], vertices[i + 3]);
      context.stroke();
    }
  }

  // -------------------------------------------------------------------- arrows

  // All arrows share one scale, and the corner says which: a vanished gradient looks vanished.
  drawArrows(tails, directions) {
    const { context, theme } = this;
    this.arrowScale = percentile90(directions);
    const vanished = this.arrowScale < VANISHED;
    const reference = ARROW_LENGTH * this.width;
    const unit = vanished ? 0 : reference / this.arrowScale;
    const arrows = new Path2D();
    for (let i = 0; i < directions.length; i += 2) {
      const [x, y] = [this.toX(tails[i]), this.toY(tails[i + 1])];
      addArrow(arrows, x, y, unit * directions[i], -unit * directions[i + 1], LONGEST_ARROW * reference);
    }
    context.lineCap = context.lineJoin = "round";
    context.globalAlpha = 0.7;
    const thickness = (vanished ? 0.7 : 0.42) * this.radius;
    context.lineWidth = thickness + 2;
    context.strokeStyle = theme.background;
    context.stroke(arrows);
    context.globalAlpha = 1;
    context.lineWidth = thickness;
    context.strokeStyle = theme.text;
    context.stroke(arrows);
    this.drawArrowKey(vanished ? 0 : reference);
  }

  drawArrowKey(length) {
    const { context, theme, width } = this;
    const format = (number) => number.toLocaleString(this.language, { maximumSignificantDigits: 2 });
    const words = length
      ? this.text("gradient {value}", { value: format(this.arrowScale) })
      : this.text("gradient < {value}", { value: format(VANISHED) });
    const [right, middle] = [width - 14, 22];
    context.font = `600 ${Math.max(12, Math.round(width / 38))}px ${theme.font}`;
    context.textAlign = "right";
    context.textBaseline = "middle";
    const left = right - context.measureText(words).width - 10 - length;
    context.globalAlpha = 0.8;
    context.fillStyle = theme.background;
    context.beginPath();
    context.roundRect(left - 8, middle - 14, right - left + 16, 28, 6);
    context.fill();
    context.globalAlpha = 1;
    context.fillStyle = theme.text;
    context.fillText(words, right, middle);
    const key = new Path2D();
    addArrow(key, left, middle, length, 0, length);
    context.stroke(key);
  }

  // ------------------------------------------------------------------- sketch

  drawSketch() {
    const { context, width, sketch } = this;
    context.globalAlpha = 0.7; // what is not drawn by hand steps back
    context.fillStyle = this.theme.background;
    context.fillRect(0, 0, width, width);
    this.stamp(this.dots.real, sketch.points.flat());
    context.fillStyle = context.strokeStyle = this.theme.text;
    if (!sketch.points.length) {
      context.globalAlpha = 0.75;
      context.font = `600 ${Math.round(width / 24)}px ${this.theme.font}`;
      context.textAlign = "center";
      context.textBaseline = "middle";
      context.fillText(this.text("Draw real points here"), width / 2, 0.4 * width);
    }
    if (!sketch.crosshair) return;
    const [x, y] = [this.toX(sketch.crosshair[0]), this.toY(sketch.crosshair[1])];
    context.globalAlpha = 1;
    context.lineWidth = 2;
    context.beginPath();
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      context.moveTo(x + 6 * dx, y + 6 * dy);
      context.lineTo(x + 18 * dx, y + 18 * dy);
    }
    context.stroke();
  }
}

// Real points drawn by hand: with mouse, pen or finger, or with the keyboard's crosshair.
class PlaneSketch {
  constructor(plane) {
    this.plane = plane;
    this.on = false;
    this.pointer = this.crosshair = null;
    this.clear();
    const listen = (type, action) => plane.canvas.addEventListener(type, action);
    listen("pointerdown", (event) => this.begin(event));
    listen("pointermove", (event) => this.follow(event));
    listen("pointerup", (event) => this.end(event));
    listen("pointercancel", (event) => this.end(event));
  }

  start(onDone, known) {
    this.onDone = onDone;
    this.points = known;
    this.on = true;
    this.plane.canvas.classList.add("drawing");
    this.plane.request();
  }

  clear() {
    this.points = [];
    this.spacing = PEN_SPACING;
    this.plane.request();
  }

  rounded() {
    return this.points.map((point) => point.map((value) => Math.round(1000 * value) / 1000));
  }

  begin(event) {
    if (!this.on || this.pointer || !event.isPrimary || event.button) return;
    event.preventDefault(); // no selected text, no dragged picture
    this.plane.canvas.focus({ preventScroll: true });
    this.plane.canvas.setPointerCapture(event.pointerId);
    this.pointer = event.pointerId;
    this.crosshair = null;
    this.pen = this.place(event);
    this.drop(this.pen);
  }

  follow(event) {
    if (event.pointerId !== this.pointer) return;
    const steps = event.getCoalescedEvents?.() ?? [];
    for (const step of steps.length ? steps : [event]) this.drag(this.place(step));
  }

  end(event) {
    if (event.pointerId !== this.pointer) return;
    this.pointer = null;
    this.onDone?.(this.rounded());
  }

  // Points at equal distances up to where the pen is now.
  drag([x, y]) {
    for (;;) {
      const spacing = 2 * this.plane.known.extent * this.spacing;
      const [dx, dy] = [x - this.pen[0], y - this.pen[1]];
      const distance = Math.hypot(dx, dy);
      if (distance < spacing) return;
      this.pen = [this.pen[0] + (spacing * dx) / distance, this.pen[1] + (spacing * dy) / distance];
      this.drop(this.pen);
    }
  }

  drop(point) {
    this.points.push(point);
    if (this.points.length > MOST_DRAWN) {
      this.points = this.points.filter((_, i) => i % 2 === 0);
      this.spacing *= 2;
    }
    this.plane.request();
  }

  place({ clientX, clientY }) {
    const { left, top, width, height } = this.plane.canvas.getBoundingClientRect();
    return this.inside([(2 * (clientX - left)) / width - 1, 1 - (2 * (clientY - top)) / height]);
  }

  inside(point) {
    const { extent } = this.plane.known;
    return point.map((share) => extent * Math.min(1, Math.max(-1, share)));
  }

  // Whether the key was for the sketch.
  press(key) {
    if (!this.on) return false;
    const direction = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[key];
    if (!direction && key !== " ") return false;
    const { extent } = this.plane.known;
    const at = this.crosshair ?? [0, 0];
    if (direction) {
      this.crosshair = this.inside(at.map((value, i) => value / extent + 2 * CROSSHAIR_STEP * direction[i]));
      this.plane.request();
    } else {
      this.crosshair = at;
      this.drop(at);
      this.onDone?.(this.rounded());
    }
    return true;
  }
}

function interleave(xs, ys) {
  const points = new Float32Array(2 * (xs?.length ?? 0));
  for (let i = 0; i < points.length; i++) points[i] = i % 2 ? ys[i >> 1] : xs[i >> 1];
  return points;
}

function decodeBytes(base64) {
  return Float32Array.from(atob(base64 ?? ""), (letter) => letter.charCodeAt(0));
}

function blend(from, to, share, into) {
  for (let i = 0; i < into.length; i++) into[i] = from[i] + share * (to[i] - from[i]);
  return into;
}

function lattice(rows, columns, reach) {
  const at = (i, count) => (count > 1 ? reach * ((2 * i) / (count - 1) - 1) : 0);
  const points = new Float32Array(2 * rows * columns);
  for (let i = 0; i < rows * columns; i++) {
    points[2 * i] = at(i % columns, columns);
    points[2 * i + 1] = at(Math.floor(i / columns), rows);
  }
  return points;
}

// A cell is measured as two triangles, which do not cancel each other where G folds it.
function triangle(vertices, a, b, c) {
  const [x, y] = [vertices[a], vertices[a + 1]];
  const across = (vertices[b] - x) * (vertices[c + 1] - y) - (vertices[c] - x) * (vertices[b + 1] - y);
  return Math.abs(across) / 2;
}

function percentile90(directions) {
  const magnitudes = new Float32Array(directions.length / 2);
  for (let i = 0; i < magnitudes.length; i++) magnitudes[i] = Math.hypot(directions[2 * i], directions[2 * i + 1]);
  return magnitudes.sort()[Math.floor(0.9 * (magnitudes.length - 1))];
}

// Without length, a line is a dot.
function addArrow(path, x, y, wantedX, wantedY, longest) {
  const wanted = Math.hypot(wantedX, wantedY);
  const length = Math.min(wanted, longest);
  const shorten = wanted ? length / wanted : 1;
  const [dx, dy] = [shorten * wantedX, shorten * wantedY];
  const [tipX, tipY] = [x + dx, y + dy];
  path.moveTo(x, y);
  path.lineTo(tipX, tipY);
  if (length < 3) return;
  const head = Math.min(7, 0.5 * length) / length;
  path.moveTo(tipX - head * (dx - 0.6 * dy), tipY - head * (dy + 0.6 * dx));
  path.lineTo(tipX, tipY);
  path.lineTo(tipX - head * (dx + 0.6 * dy), tipY - head * (dy - 0.6 * dx));
}

// Marching squares: line pieces in units of cells, along which the values cross the level.
function* contour(values, size, level) {
  for (let row = 0; row < size - 1; row++) {
    for (let column = 0; column < size - 1; column++) {
      const at = row * size + column;
      const above = (values[at] > level) + (values[at + 1] > level)
        + (values[at + size] > level) + (values[at + size + 1] > level);
      if (above === 0 || above === 4) continue;
      const ends = crossings(values, size, level, row, column);
      for (let i = 0; i + 1 < ends.length; i += 2) yield [...ends[i], ...ends[i + 1]];
    }
  }
}

function crossings(values, size, level, row, column) {
  const corners = [[column, row], [column + 1, row], [column + 1, row + 1], [column, row + 1]];
  const heights = corners.map(([x, y]) => values[y * size + x] - level);
  return corners.flatMap(([x, y], i) => {
    const next = (i + 1) % 4;
    if (heights[i] > 0 === heights[next] > 0) return [];
    const share = heights[i] / (heights[i] - heights[next]);
    return [[x + share * (corners[next][0] - x), y + share * (corners[next][1] - y)]];
  });
}

// 1, 2 or 5 times a power of ten.
function niceStep(roughly) {
  const power = 10 ** Math.floor(Math.log10(roughly));
  return power * [1, 2, 5, 10].find((digit) => digit * power >= 0.999 * roughly);
}

function kindColor(kind, kinds) {
  return `hsl(${(360 * kind) / kinds} 75% 52%)`;
}

// Pixels for D's decision from 0 to 255: fake, undecided (as the page), real.
function tintPalette({ background, fake, real }) {
  const [paper, ...inks] = [background, fake, real].map(colorBytes);
  return Uint32Array.from({ length: 256 }, (_, value) => {
    const conviction = value / 127.5 - 1;
    const strength = STRONGEST_TINT * Math.abs(conviction);
    const ink = inks[conviction < 0 ? 0 : 1];
    const [r, g, b] = paper.map((byte, i) => Math.round(byte + strength * (ink[i] - byte)));
    return (255 << 24) | (b << 16) | (g << 8) | r;
  });
}

// Whatever CSS accepts as a colour.
function colorBytes(color) {
  const context = document.createElement("canvas").getContext("2d");
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  return [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)];
}
