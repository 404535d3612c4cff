// One run, live: a socket brings channels of numbers and pictures; each trace's `meta` says which
// channels feed it. Nothing here knows what the figures mean.

const CURVES_EVERY_MS = 200; // redrawing curves costs the browser more than swapping a picture
const PICTURES_EVERY_MS = 60;
const RECONNECT_MS = [500, 1000, 2000, 4000];
const GONE = 4404;

const views = new WeakMap();

export default function (component) {
  const root = component.parentElement.querySelector(".live-run");
  let view = views.get(root);
  if (!view) views.set(root, (view = new View(root)));
  view.show(component);
  return () => view.leave();
}

function loadPlotly() {
  if (window.Plotly) return Promise.resolve(window.Plotly);
  window.ganDojoPlotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL("scripts/plotly.min.js", baseUrl()).href;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => reject(new Error("Plotly did not load"));
    document.head.appendChild(script);
  });
  return window.ganDojoPlotly;
}

// Pages live one level below the app's root ("/train"), wherever a proxy mounts that root.
function baseUrl() {
  return new URL(".", window.location.href).href;
}

class View {
  constructor(root) {
    this.root = root;
    this.onVisibility = () => (document.hidden ? this.disconnect() : this.connect());
  }

  show(component) {
    this.tell = component.setTriggerValue;
    const data = JSON.parse(component.data.view);
    const same = this.data && this.data.run === data.run && this.data.language === data.language;
    clearTimeout(this.leaving);
    this.data = data;
    this.told = data.status;
    if (same) return;
    this.disconnect();
    this.reset();
    this.build();
    document.addEventListener("visibilitychange", this.onVisibility);
    loadPlotly().then((Plotly) => this.draw(Plotly)).catch(() => this.note("The figures could not be loaded. Reload the page."));
    this.connect();
  }

  // Streamlit may take the element away and bring it back in the same moment.
  leave() {
    this.leaving = setTimeout(() => {
      if (this.root.isConnected) return;
      this.disconnect();
      clearInterval(this.themeTimer);
      document.removeEventListener("visibilitychange", this.onVisibility);
      if (this.plots && window.Plotly) this.plots.forEach((plot) => window.Plotly.purge(plot));
    }, 200);
  }

  text(message, values = {}) {
    const sentence = this.data.catalog[message] || message;
    return sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  }

  reset() {
    this.curves = {};
    this.pictures = {};
    this.marks = [];
    this.progress = {};
    this.state = {};
  }

  build() {
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
    const bar = add(frame, "div", "bar");
    bar.setAttribute("role", "progressbar");
    bar.setAttribute("aria-label", this.text("Progress"));
    this.bar = bar;
    this.fill = add(bar, "div", "");
    this.noteLine = add(frame, "div", "note");
    this.tiles = add(frame, "div", "tiles");
    const figures = add(frame, "div", "figures");
    this.plots = this.data.figures.map((figure) => {
      const plot = add(figures, "div", "figure");
      plot.style.height = `${figure.layout.height}px`;
      return plot;
    });
  }

  async draw(Plotly) {
    this.Plotly = Plotly;
    this.theme = this.textColor();
    await Promise.all(
      this.plots.map((plot, i) => {
        const { data, layout } = this.data.figures[i];
        plot.baseShapes = layout.shapes || [];
        plot.baseAnnotations = layout.annotations || [];
        const themed = { ...layout, font: { ...layout.font, color: this.theme } };
        return Plotly.newPlot(plot, data, themed, {
          responsive: true,
          displaylogo: false,
          modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
        });
      }),
    );
    this.drawn = true;
    this.redrawCurves();
    this.redrawPictures();
    clearInterval(this.themeTimer);
    this.themeTimer = setInterval(() => this.followTheme(), 500);
  }

  textColor() {
    return getComputedStyle(this.root).getPropertyValue("--st-text-color").trim() || getComputedStyle(this.root).color;
  }

  followTheme() {
    const color = this.textColor();
    if (color === this.theme) return;
    this.theme = color;
    this.plots.forEach((plot) => this.Plotly.relayout(plot, { "font.color": color }));
  }

  // ------------------------------------------------------------------ socket

  connect() {
    if (this.socket || document.hidden) return;
    const url = new URL(`live/${this.data.run}`, baseUrl());
    url.protocol = url.protocol.replace("http", "ws");
    const socket = (this.socket = new WebSocket(url));
    socket.onmessage = (event) => {
      this.attempt = 0;
      this.take(JSON.parse(event.data));
    };
    socket.onclose = (event) => {
      if (this.socket !== socket) return;
      this.socket = null;
      if (event.code === GONE) return this.note("This run no longer exists.");
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
    if (message.reset) this.curves = {};
    for (const [axis, group] of Object.entries(message.curves || {})) this.append(axis, group);
    if (message.frame) Object.assign(this.pictures, message.frame);
    if (message.marks) this.marks = message.marks;
    if (message.progress) this.progress = message.progress;
    if (message.state) this.state = message.state;
    if (message.progress || message.state) this.showProgress();
    if (message.frame) this.soon("pictures", PICTURES_EVERY_MS, () => this.redrawPictures());
    if (message.reset || message.curves || message.marks)
      this.soon("curves", CURVES_EVERY_MS, () => this.redrawCurves());
    this.root.dataset.step = this.progress.step ?? 0; // for whoever tests this page
  }

  // Add what is new to the channels over one axis; steps we know may come again.
  append(axis, group) {
    const last = this.curves[axis]?.at(-1) ?? -1;
    const first = group[axis].findIndex((step) => step > last);
    if (first < 0) return;
    for (const [channel, values] of Object.entries(group)) (this.curves[channel] ??= []).push(...values.slice(first));
  }

  // At most once in `every` milliseconds, and only while somebody can see it.
  soon(what, every, action) {
    this.due ??= {};
    if (this.due[what]) return;
    this.due[what] = setTimeout(() => {
      requestAnimationFrame(() => {
        this.due[what] = null;
        action();
      });
    }, every);
  }

  // ----------------------------------------------------------------- drawing

  redrawCurves() {
    if (!this.drawn) return;
    this.plots.forEach((plot) => {
      const fed = plot.data.map((trace, i) => [trace.meta?.append, i]).filter(([feed]) => feed);
      if (!fed.length) return;
      const x = fed.map(([feed]) => this.curves[feed.x] || []);
      const y = fed.map(([feed]) => this.curves[feed.y] || []);
      this.Plotly.update(plot, { x, y }, this.marked(plot), fed.map(([, i]) => i));
    });
  }

  // A dotted line where a person changed something.
  marked(plot) {
    const line = { color: this.theme, width: 1, dash: "dot" };
    const shapes = this.marks.map(({ step }) => ({
      type: "line", xref: "x", yref: "paper", x0: step, x1: step, y0: 0, y1: 1, line,
    }));
    const annotations = this.marks.map(({ step, text }, i) => ({
      xref: "x", yref: "paper", x: step, y: 0.98 - 0.05 * (i % 3), text, showarrow: false, xanchor: "left", font: { size: 12 },
    }));
    return { shapes: [...plot.baseShapes, ...shapes], annotations: [...plot.baseAnnotations, ...annotations] };
  }

  redrawPictures() {
    if (!this.drawn) return;
    this.plots.forEach((plot) => {
      plot.data.forEach((trace, i) => {
        const feed = trace.meta?.replace;
        if (!feed) return;
        const entries = Object.entries(feed).filter(([, channel]) => {
          const fresh = this.pictures[channel] !== undefined && plot[`fed ${channel}`] !== this.pictures[channel];
          if (fresh) plot[`fed ${channel}`] = this.pictures[channel];
          return fresh;
        });
        if (!entries.length) return;
        this.Plotly.restyle(plot, Object.fromEntries(entries.map(([key, channel]) => [key, [this.pictures[channel]]])), [i]);
      });
    });
    this.showTiles();
  }

  showTiles() {
    const known = Object.entries(this.data.tiles).filter(([channel]) => this.pictures[channel] !== undefined);
    const tiles = known.map(([channel, { label, unit, floor }]) => {
      const shown = (number) => `${Number(number.toFixed(1)).toLocaleString(this.data.language)} ${unit}`.trim();
      const sentence = floor === null ? "{label}: {value}" : "{label}: {value} (real data: {floor})";
      const tile = document.createElement("span");
      tile.textContent = this.text(sentence, { label, value: shown(this.pictures[channel]), floor: shown(floor ?? 0) });
      return tile;
    });
    this.tiles.replaceChildren(...tiles);
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
    if (rate && status === "running") {
      parts.push(this.text(this.data.speed, { rate: format(rate) }));
      parts.push(this.text("{time} left", { time: duration(((steps - step) * batch_size) / rate) }));
    }
    this.numbers.textContent = parts.join(" · ");
    this.bar.setAttribute("aria-valuenow", Math.round((100 * step) / steps));
    this.fill.style.width = `${(100 * step) / steps}%`;
    if (status === "queued" && place) this.note("Waiting for a free slot: position {place} of {waiting}.", { place, waiting });
    else if (message) this.note(this.fillIn(message));
    else this.note("");
    if (status !== this.told) {
      this.told = status;
      this.tell("status", status);
    }
  }

  // A sentence may hold sentences.
  fillIn({ template, values }) {
    const filled = Object.entries(values).map(([name, value]) => [name, value?.template ? this.fillIn(value) : value]);
    return this.text(template, Object.fromEntries(filled));
  }

  note(message, values) {
    this.noteLine.textContent = message && this.text(message, values);
  }
}

function duration(seconds) {
  const whole = Math.ceil(seconds);
  const pad = (number) => String(number).padStart(2, "0");
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h ? `${h}:${pad(m)}:${pad(s)}` : `${m}:${pad(s)}`;
}
