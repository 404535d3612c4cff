// One run, live: a socket brings channels of numbers and pictures; each trace's `meta` says which
// channels feed it. Nothing here knows what the figures mean.

const CURVES_EVERY_MS = 200; // redrawing curves costs the browser more than swapping a picture
const PICTURES_EVERY_MS = 60;
const RECONNECT_MS = [500, 1000, 2000, 4000];
const [GONE, OTHER_ORIGIN] = [4404, 4403];
const NO_FRAME_YET = 404;
const SCRUB_EVERY_MS = 60;
const FOLLOW = -1; // what the page is told instead of a step
const LAST_STEP = 2 ** 31 - 1;
const SLOW = 0.5; // steps per second; faster ones are too short for words
const SINGLE_STEP_MS = 4000;
const MOST_WAITING = 300; // frames, a minute's; of earlier ones the server is asked
const HALO = Array(4).fill("0 0 3px Canvas").join(", "); // keeps a label apart from the curves behind it
const LABEL_LINE_PX = 17;
const LABEL_WIDTH = 0.4; // of a figure's, at most
const ENDED = ["finished", "stopped", "diverged", "failed"];
const NO_LONGER = { "followed.x": null, "followed.y": null, gap: null }; // unless the frame has them

let brought = null; // the run that was brought into sight last

const groups = new Map(); // group → views that show the same step

const views = new WeakMap();

export default function (component) {
  const root = component.parentElement.querySelector(".live-run");
  let view = views.get(root);
  if (!view) views.set(root, (view = new View(root)));
  view.show(component);
  return () => view.leave();
}

class View {
  constructor(root) {
    this.root = root;
    this.plots = [];
    this.asked = this.answered = 0; // numbers of the frames that were fetched: answers may overtake each other
    this.onVisibility = () => (document.hidden ? this.disconnect() : this.connect());
  }

  show(component) {
    this.tell = component.setTriggerValue;
    const data = JSON.parse(component.data.view);
    this.keep = component.setStateValue;
    const drawn = ({ run, language, group, figures }) =>
      JSON.stringify([run, language, group, figures.map(({ layout }) => layout.meta)]);
    const same = this.data && drawn(this.data) === drawn(data);
    clearTimeout(this.leaving);
    if (!same) this.ungroup();
    this.data = data;
    this.text = sayingIn(data.catalog);
    this.root.toggleAttribute("data-pair", Boolean(data.group));
    this.told = news(data);
    if (same) {
      this.setLayers();
      this.sayNote(); // its words may have come only now
      return this.showTiles(); // a noise floor may be known by now
    }
    this.disconnect();
    this.reset();
    this.build();
    this.bringIntoSight();
    document.addEventListener("visibilitychange", this.onVisibility);
    // What the first message says is drawn with the figures: to redraw them takes as long again.
    const { plots } = this;
    Promise.all([loadPlotly(), this.heard])
      .then(([Plotly]) => plots === this.plots && this.draw(Plotly)) // or built anew meanwhile, or gone
      .catch(() => this.note("The figures could not be loaded. Reload the page."));
    this.connect();
    this.first = component.data.first; // no need to wait for the socket to say it
    if (this.first) this.take(JSON.parse(this.first));
    if (data.at !== null) this.scrubAll(data.at);
  }

  // Who has scrolled to a button below would see what the run pushes down, and not the run.
  bringIntoSight() {
    const page = this.root.closest("[data-testid=stMain]");
    if (!page || !this.data.led || this.data.run === brought) return;
    brought = this.data.run;
    const top = this.root.getBoundingClientRect().top - page.getBoundingClientRect().top;
    if (page.scrollTop + top < page.clientHeight) page.scrollTop = 0; // where browsers hold on to nothing
  }

  // Streamlit may take the element away and bring it back in the same moment.
  leave() {
    this.leaving = setTimeout(() => {
      if (this.root.isConnected) return;
      this.disconnect();
      this.ungroup();
      this.plane?.destroy();
      clearInterval(this.themeTimer);
      clearTimeout(this.refetch);
      document.removeEventListener("visibilitychange", this.onVisibility);
      this.clear();
    }, 200);
  }

  clear() {
    this.drawn = false; // what is still due finds nothing to draw
    this.plots.forEach(purgeOnceDrawn);
    this.plots = [];
  }

  reset() {
    clearTimeout(this.refetch);
    this.curves = {};
    this.axes = {}; // channel of a curve → channel of its steps
    this.pictures = {};
    this.frames = []; // those of one group wait here for each other
    this.shownStep = 0;
    this.scrubbed = null; // the step to which a reader has gone back
    this.marks = [];
    this.progress = {};
    this.state = {};
    this.noted = { template: "", values: {} };
    this.stale = false; // whether there is more than the curves show
    this.heard = new Promise((resolve) => (this.hear = resolve)); // the first message
  }

  // A view alone is a group of its own.
  get groupName() {
    return this.data?.group || this.data?.run;
  }

  ungroup() {
    const group = groups.get(this.groupName);
    group?.delete(this);
    if (group?.size === 0) groups.delete(this.groupName);
  }

  // The views that show the same step as this one.
  group() {
    if (!groups.has(this.groupName)) groups.set(this.groupName, new Set());
    return groups.get(this.groupName).add(this);
  }

  build() {
    this.clear();
    this.root.replaceChildren();
    const add = (parent, tag, className) => {
      const element = document.createElement(tag);
      element.className = className;
      return parent.appendChild(element);
    };
    const frame = add(this.root, "div", "frame");
    const head = add(frame, "div", "head");
    this.statusPill = add(head, "span", "status");
    this.statusPill.setAttribute("role", "status");
    this.numbers = add(head, "span", "numbers");
    this.noteLine = add(head, "span", "note");
    this.noteLine.setAttribute("role", "status");
    const bar = add(frame, "div", "bar");
    bar.setAttribute("role", "progressbar");
    bar.setAttribute("aria-label", this.text("Progress"));
    this.bar = bar;
    this.fill = add(bar, "div", "");
    this.tiles = add(frame, "div", "tiles");
    const figures = add(frame, "div", "figures");
    this.plane?.destroy();
    this.plane = this.data.plane ? this.buildPlane(add(figures, "div", "plane-cell"), add) : null;
    const beside = this.plane ? add(figures, "div", "beside") : figures;
    if (this.plane) this.sketch = new GameSketch(add(beside, "div", "game"), { game: this.data.plane.game, text: this.text });
    this.plots = this.data.figures.map((figure) => {
      const plot = add(beside, "div", "figure");
      plot.setAttribute("role", "figure");
      plot.setAttribute("aria-label", figure.name);
      if (!this.plane) plot.style.height = `${figure.layout.height}px`;
      return plot;
    });
    if (this.plane) this.setLayers();
    else this.buildTime(add(figures, "div", "time"), add);
  }

  setLayers() {
    if (!this.plane) return;
    this.plane.setLayers(this.data.plane.layers);
    this.sketch.root.hidden = !this.data.plane.layers.game;
    if (this.drawn) this.plots.forEach((plot) => this.Plotly.Plots.resize(plot));
  }

  // The plane, and below it the time machine.
  buildPlane(cell, add) {
    const plane = new Plane(add(cell, "div", ""), { text: this.text, language: this.data.language });
    this.buildTime(add(cell, "div", "time"), add);
    return plane;
  }

  // A slider over all steps, and a button to follow the run again.
  buildTime(row, add) {
    const button = (label, action) => {
      const element = add(row, "button", "");
      element.type = "button";
      element.textContent = this.text(label);
      element.onclick = action;
      return element;
    };
    if (this.data.plane?.flow) button("z → G(z)", () => this.plane.playFlow()).title = this.text("How noise flows to data");
    this.slider = add(row, "input", "scrub");
    Object.assign(this.slider, { type: "range", min: 0, max: 1, value: 1 });
    this.slider.setAttribute("aria-label", this.text("Step that is shown"));
    this.slider.oninput = () => this.scrubAll(Number(this.slider.value));
    this.slider.onchange = () => this.keepScrubbed();
    this.stepLabel = add(row, "span", "step");
    this.liveButton = button("Latest", () => {
      this.scrubAll(null);
      this.keepScrubbed();
    });
    this.liveButton.hidden = true;
  }

  async draw(Plotly) {
    this.Plotly = Plotly;
    this.theme = this.textColor();
    const plots = this.plots;
    this.stale = false;
    await Promise.all(
      plots.map((plot, i) => {
        const { data, layout } = this.data.figures[i];
        plot.baseShapes = layout.shapes || [];
        plot.baseAnnotations = layout.annotations || [];
        plot.panels = Object.keys(layout).filter((name) => name.startsWith("yaxis")).map((name) => name.slice(5));
        const marks = data.some(({ meta }) => meta?.append) ? this.marked(plot) : {}; // a picture has no steps
        const themed = { ...layout, ...marks, font: { ...layout.font, color: this.theme, family: this.letters() } };
        if (this.plane) delete themed.height; // as high as the picture beside it
        const fed = data.map((trace) => ({ ...trace, ...this.feed(plot, trace) }));
        const config = { ...plotlyConfig({ hasButtons: true }), responsive: true };
        return drawing(plot, Plotly.newPlot(plot, fed, themed, config));
      }),
    );
    if (plots !== this.plots) return; // built anew for another run, or gone
    this.drawn = true;
    this.redrawCurves();
    this.redrawPictures();
    clearInterval(this.themeTimer);
    this.themeTimer = setInterval(() => this.followTheme(), 500);
  }

  // What a trace shows of the channels that feed it.
  feed(plot, { meta }) {
    const channels = Object.entries(meta?.append ?? {});
    const curves = channels.map(([key, channel]) => [key, this.curves[channel] ?? []]);
    return Object.fromEntries([...curves, ...this.freshPictures(plot, meta)]);
  }

  // What has come since a plot was fed last, by the keys of the trace.
  freshPictures(plot, meta) {
    const known = Object.entries(meta?.replace ?? {}).map(([key, channel]) => [key, this.pictures[channel], `fed ${channel}`]);
    const fresh = known.filter(([, picture, fed]) => picture !== undefined && plot[fed] !== picture);
    return fresh.map(([key, picture, fed]) => [key, (plot[fed] = picture)]);
  }

  textColor() {
    return getComputedStyle(this.root).getPropertyValue("--st-text-color").trim() || getComputedStyle(this.root).color;
  }

  letters() {
    return getComputedStyle(this.root).getPropertyValue("--st-font").trim();
  }

  followTheme() {
    const color = this.textColor();
    if (color === this.theme) return;
    this.theme = color;
    this.plots.forEach((plot) => drawing(plot, this.Plotly.relayout(plot, { "font.color": color })));
  }

  // ------------------------------------------------------------------ socket

  connect() {
    if (this.socket || document.hidden) return;
    const url = new URL(`live/${this.data.run}`, baseUrl());
    url.protocol = url.protocol.replace("http", "ws");
    const socket = (this.socket = new WebSocket(url));
    socket.onmessage = (event) => {
      this.attempt = 0;
      const known = event.data === this.first;
      this.first = null; // after a lost connection it would be news again
      if (!known) this.take(JSON.parse(event.data));
    };
    socket.onclose = (event) => {
      if (this.socket !== socket) return;
      this.socket = null;
      if (event.code === GONE) return this.note("This run no longer exists.");
      if (event.code === OTHER_ORIGIN) return this.note("This page comes from another site.");
      this.note("Connection lost. Trying again …");
      const wait = RECONNECT_MS[Math.min(this.attempt || 0, RECONNECT_MS.length - 1)];
      this.attempt = (this.attempt || 0) + 1;
      this.retry = setTimeout(() => this.connect(), wait);
    };
  }

  disconnect() {
    clearTimeout(this.retry);
    const socket = this.socket;
    this.socket = null;
    if (socket) socket.close();
  }

  take(message) {
    const before = this.reached;
    if (message.reset) this.curves = {};
    for (const [axis, group] of Object.entries(message.curves || {})) this.append(axis, group);
    if (message.reset) {
      this.frames = [];
      this.pictures = { ...message.frame, ...this.pictures }; // with what stays the same all along
    }
    if (message.frame) this.frames.push({ step: message.frame_step ?? 0, frame: message.frame });
    this.frames = this.frames.slice(-MOST_WAITING);
    if (message.marks) this.marks = message.marks;
    if (message.progress) this.progress = message.progress;
    if (message.state) this.state = message.state;
    if (message.progress || message.state) this.showProgress();
    if (message.frame) this.showWhatAllHave();
    if (this.reached !== before) this.group().forEach((view) => view !== this && view.showWhatAllHave());
    if (message.reset || message.curves || message.marks) {
      this.stale = true;
      this.soon("curves", CURVES_EVERY_MS, () => this.redrawCurves());
    }
    this.root.dataset.step = this.progress.step ?? 0; // for whoever tests this page
    this.hear();
  }

  // How far the others may go: a run that has ended keeps none of them waiting.
  get reached() {
    return ENDED.includes(this.state.status) ? Infinity : (this.frames.at(-1)?.step ?? -1);
  }

  // Views of one group show the newest step that all of them have reached.
  showWhatAllHave() {
    const common = Math.min(...[...this.group()].map((view) => view.reached));
    const ready = this.frames.filter(({ step }) => step <= common);
    if (!ready.length) return !this.frames.length || common < 0 || this.scrubbed !== null || this.fetchFrame(common);
    this.frames = this.frames.slice(ready.length - 1); // the last one stays, for the others to see
    const shown = ready.filter(({ step }) => step <= (this.scrubbed ?? step)); // where a run has not got so far yet
    if (!shown.length) {
      for (const { frame } of ready) this.pictures = { ...frame, ...this.pictures }; // what stays the same all along
      return this.soon("pictures", PICTURES_EVERY_MS, () => this.redrawPictures());
    }
    this.wanted = null; // what is still being fetched is older
    const before = { ...this.pictures };
    for (const { frame } of shown) Object.assign(this.pictures, NO_LONGER, frame);
    this.shownStep = shown.at(-1).step;
    this.stages = this.stagesFrom(before);
    this.soon("pictures", PICTURES_EVERY_MS, () => {
      this.redrawPictures(this.stages);
      this.stages = null;
    });
  }

  // Slow motion: what happens one after the other while the picture goes from `before` to this one.
  stagesFrom(before) {
    if (!this.plane) return null;
    const slow = this.state.status === "running" && this.state.pace <= SLOW;
    const single = this.state.status === "paused" && this.data.plane.layers.game;
    if (!(slow || single)) return null;
    const moved = (channel) => before[channel] !== undefined && String(before[channel]) !== String(this.pictures[channel]);
    const [d, g] = [moved("surface"), moved("x_fake.x")];
    const phases = ["generate", ...(d ? ["judge", "d_learns"] : []), ...(g ? ["slopes", "g_learns"] : [])];
    return { lasts: slow ? 900 / this.state.pace : SINGLE_STEP_MS, phases, onPhase: (phase) => this.showPhase(phase) };
  }

  showPhase(phase) {
    const turns = { d_learns: this.state.d_steps, g_learns: this.state.g_steps }[phase];
    const isRunning = this.state.status === "running";
    if (!phase && isRunning && this.state.pace <= SLOW) return; // the last word stays until the next
    this.sketch?.show(phase ?? (isRunning ? "all" : null), turns);
  }

  // -------------------------------------------------------------- time machine

  scrubAll(step) {
    this.group().forEach((view) => view.scrub(step));
  }

  // The page hears it of each view: what moves one moves all.
  keepScrubbed() {
    const step = this.scrubbed ?? FOLLOW;
    this.group().forEach((view) => view.keep("scrubbed", step));
  }

  // Show what the run showed at a step, or follow it again.
  scrub(step) {
    this.scrubbed = step;
    this.fetchFrame(step ?? LAST_STEP);
  }

  fetchFrame(step) {
    clearTimeout(this.refetch);
    this.wanted = step;
    this.soon("fetch", SCRUB_EVERY_MS, async () => {
      if (this.wanted === null) return;
      const number = ++this.asked;
      const answer = await fetch(new URL(`frame/${this.data.run}/${this.wanted}`, baseUrl())).catch(() => null);
      const frame = answer?.ok && (await answer.json());
      if (this.wanted === null || answer?.status === NO_FRAME_YET || number < this.answered) return;
      if (!answer?.ok) {
        this.note("Connection lost. Trying again …");
        this.refetch = setTimeout(() => this.fetchFrame(this.wanted), RECONNECT_MS.at(-1));
        return;
      }
      this.answered = number;
      this.showProgress(); // whatever was noted of a lost connection
      Object.assign(this.pictures, NO_LONGER, frame);
      this.shownStep = Number(answer.headers.get("X-Step"));
      this.redrawPictures();
      this.stale = true; // the mark of the step that is shown
      this.redrawCurves();
    });
  }

  showTime() {
    const last = Math.max(this.curves.frame_step?.at(-1) ?? 1, 1);
    this.slider.max = last;
    this.slider.value = this.scrubbed ?? last;
    this.stepLabel.textContent = this.text("Step {step}", { step: this.shownStep.toLocaleString(this.data.language) });
    this.liveButton.hidden = this.scrubbed === null;
    this.root.dataset.shown = this.shownStep; // for whoever tests this page
  }

  // Add what is new to the channels over one axis; steps we know may come again.
  // Of a channel that is not measured at some steps, null keeps the places.
  append(axis, group) {
    const before = this.curves[axis]?.length ?? 0;
    const last = this.curves[axis]?.at(-1) ?? -1;
    const first = group[axis].findIndex((step) => step > last);
    if (first < 0) return;
    const nothing = Array(group[axis].length - first).fill(null);
    const known = Object.keys(this.axes).filter((channel) => this.axes[channel] === axis);
    for (const channel of new Set([...known, ...Object.keys(group)])) {
      this.axes[channel] = axis;
      const values = (this.curves[channel] ??= Array(before).fill(null));
      values.push(...(group[channel]?.slice(first) ?? nothing));
    }
  }

  // At most once in `every` milliseconds, and only while somebody can see it.
  soon(what, every, action) {
    this.due ??= {};
    this.done ??= {};
    if (this.due[what]) return;
    const wait = Math.max(0, (this.done[what] ?? -every) + every - performance.now());
    this.due[what] = setTimeout(() => {
      requestAnimationFrame(() => {
        this.due[what] = null;
        this.done[what] = performance.now();
        action();
      });
    }, wait);
  }

  // ----------------------------------------------------------------- drawing

  redrawCurves() {
    const digits = { maximumFractionDigits: 2, minimumFractionDigits: 2 };
    const last = ["d_real", "d_fake"].map((channel) => this.curves[channel]?.at(-1));
    this.sketch?.answer(...last, (value) => value.toLocaleString(this.data.language, digits));
    if (!this.drawn || !this.stale) return;
    this.stale = false;
    this.plots.forEach((plot) => {
      const fed = plot.data.map((trace, i) => [trace.meta?.append, i]).filter(([feed]) => feed);
      if (!fed.length) return;
      const x = fed.map(([feed]) => this.curves[feed.x] || []);
      const y = fed.map(([feed]) => this.curves[feed.y] || []);
      drawing(plot, this.Plotly.update(plot, { x, y }, this.marked(plot), fed.map(([, i]) => i)));
    });
    this.showTiles();
  }

  // A dotted line where a person changed something.
  marked(plot) {
    const upright = (step, line) => plot.panels.map((number) => ({ // a single line would cross their titles
      type: "line", xref: `x${number}`, yref: `y${number} domain`, x0: step, x1: step, y0: 0, y1: 1, line,
    }));
    const shapes = this.marks.flatMap(({ step }) => upright(step, { color: this.theme, width: 1, dash: "dot" }));
    const annotations = this.markLabels().map(({ step, text, line }) => ({
      xref: "x", yref: "paper", x: step, y: 1, yshift: -LABEL_LINE_PX * line, text, showarrow: false, xanchor: "left", yanchor: "top", align: "left", font: { size: 12, shadow: HALO },
    }));
    if (this.scrubbed !== null) shapes.push(...upright(this.shownStep, { color: this.theme, width: 2 }));
    return { shapes: [...plot.baseShapes, ...shapes], annotations: [...plot.baseAnnotations, ...annotations] };
  }

  // What was changed, step by step, each below those that begin not far to the left of it.
  markLabels() {
    const shown = this.curves.frame_step?.at(-1) ?? 1;
    let line = 0;
    let before = -Infinity;
    return [...new Set(this.marks.map(({ step }) => step))].map((step) => {
      const changes = this.marks.filter((mark) => mark.step === step);
      if (step - before > LABEL_WIDTH * shown) line = 0;
      const label = { step, line, text: changes.map(({ title, value }) => `${this.text(title)} = ${this.text(value)}`).join("<br>") };
      line += changes.length;
      before = step;
      return label;
    });
  }

  redrawPictures(stages = null) {
    this.plane?.setFrame(this.pictures, stages);
    this.showTime();
    this.showTiles();
    if (!this.drawn) return;
    this.plots.forEach((plot) => {
      plot.data.forEach((trace, i) => {
        const fresh = this.freshPictures(plot, trace.meta);
        if (!fresh.length) return;
        drawing(plot, this.Plotly.restyle(plot, Object.fromEntries(fresh.map(([key, picture]) => [key, [picture]])), [i]));
      });
    });
  }

  showTiles() {
    const latest = (channel) => this.pictures[channel] ?? this.measuredUpTo(channel);
    const known = Object.entries(this.data.tiles).filter(([channel]) => latest(channel) != null); // or no longer
    const tiles = known.map(([channel, { label, unit, floor }]) => {
      const digits = (number) => number.toLocaleString(this.data.language, { maximumSignificantDigits: 3 });
      const space = unit === "%" ? "" : " ";
      const shown = (number) => `${digits(number).replace("-", "−")}${space}${unit}`.trim();
      const sentence = floor === null ? "{label}: {value}" : "{label}: {value} (real: {floor})";
      const tile = document.createElement("span");
      tile.textContent = this.text(sentence, { label, value: shown(latest(channel)), floor: shown(floor ?? 0) });
      return tile;
    });
    this.tiles.replaceChildren(...tiles);
  }

  // The last value of a curve up to the step that is shown.
  measuredUpTo(channel) {
    const values = this.curves[channel];
    if (this.scrubbed === null || !values) return values?.at(-1);
    const later = this.curves[this.axes[channel]].findIndex((step) => step > this.shownStep);
    return later < 0 ? values.at(-1) : values[later - 1];
  }

  showProgress() {
    const { status, steps, message, place, waiting, batch_size } = this.state;
    if (!status) return;
    const step = this.progress.step ?? 0;
    const rate = this.progress.images_per_second;
    this.statusPill.dataset.status = status;
    this.statusPill.textContent = this.text(status);
    const format = (number) => Math.round(number).toLocaleString(this.data.language);
    const parts = [this.text("step {step} of {steps}", { step: format(step), steps: format(steps) })];
    if (rate && status === "running" && !(this.state.pace <= SLOW)) {
      parts.push(this.text(this.data.speed, { rate: format(rate) }));
      parts.push(this.text("{time} left", { time: duration(((steps - step) * batch_size) / rate) }));
    }
    this.numbers.textContent = parts.join(" · ");
    this.bar.setAttribute("aria-valuenow", Math.round((100 * step) / steps));
    this.fill.style.width = `${(100 * step) / steps}%`;
    if (status === "queued" && place) this.note("Waiting for a free slot: position {place} of {waiting}.", { place, waiting });
    else if (message) this.note(message.template, message.values);
    else this.note("");
    if (this.plane && !this.plane.phase) this.showPhase(null);
    if (news(this.state) !== this.told) {
      this.told = news(this.state);
      this.tell("status", status);
    }
  }

  // A sentence may hold sentences.
  fillIn({ template, values }) {
    const filled = Object.entries(values).map(([name, value]) => [name, value?.template ? this.fillIn(value) : value]);
    return this.text(template, Object.fromEntries(filled));
  }

  note(template, values = {}) {
    this.noted = { template, values };
    this.sayNote();
  }

  sayNote() {
    this.noteLine.textContent = this.fillIn(this.noted);
  }
}

// What the page must run again for: another status or end, and facts that it did not know.
function news({ status, has_facts, message }) {
  return JSON.stringify([status, has_facts, ENDED.includes(status) && message]);
}

function duration(seconds) {
  const whole = Math.ceil(seconds);
  const pad = (number) => String(number).padStart(2, "0");
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h ? `${h}:${pad(m)}:${pad(s)}` : `${m}:${pad(s)}`;
}
