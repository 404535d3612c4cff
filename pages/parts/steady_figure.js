// One figure that changes in place: at once, and so that zoom and hover outlive new data.

const PAPER_PX = 680; // across a sheet within its margins
const WIDTH_RESTS_MS = 100; // a window that is being drawn wider changes with each frame
const FRAMES_WAIT_MS = 150; // a slider that is being moved asks for another figure sooner

const AT_ONCE = { frame: { duration: 0, redraw: false }, transition: { duration: 0 }, mode: "immediate" };
const STRIDES = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, Home: -Infinity, End: Infinity };

const figures = new WeakMap();

// Of a film that is stopped, be it by its own button, Plotly makes an error without a reason.
addEventListener("unhandledrejection", (event) => event.reason === undefined && event.preventDefault());

export default function (component) {
  const root = component.parentElement.querySelector(".steady-figure");
  let figure = figures.get(root);
  if (!figure) figures.set(root, (figure = new SteadyFigure(root)));
  figure.tell = component.setTriggerValue;
  figure.show(JSON.parse(component.data.figure), JSON.parse(component.data.view));
  return () => figure.leave();
}

class SteadyFigure {
  constructor(root) {
    this.root = root;
    root.addEventListener("keydown", (event) => this.press(event));
    // Plotly itself would follow the window alone, not the sidebar beside the page.
    new ResizeObserver(() => this.theme && root.clientWidth && this.fit()).observe(root);
    this.onPrint = () => this.theme && this.setWidth(Math.min(PAPER_PX, root.clientWidth));
    this.afterPrint = () => this.theme && this.setWidth(null); // as wide as there is room again
  }

  show(figure, { name, mode_bar, choosable, signs, failed }) {
    this.root.setAttribute("aria-label", name);
    clearTimeout(this.leaving);
    this.figure = figure;
    this.modeBar = mode_bar;
    this.choosable = choosable;
    this.signs = signs;
    this.root.style.height = `${this.figure.layout.height}px`;
    this.root.style.setProperty("--height", this.root.style.height);
    window.addEventListener("beforeprint", this.onPrint);
    window.addEventListener("afterprint", this.afterPrint);
    this.themeTimer ??= setInterval(() => this.textColor() !== this.theme && this.draw(), 500);
    loadPlotly()
      .then((Plotly) => (this.Plotly = Plotly) && this.draw())
      .catch(() => (this.root.textContent = failed));
  }

  draw() {
    if (!this.Plotly) return;
    this.theme = this.textColor();
    this.width ??= this.root.clientWidth;
    const { data, layout } = this.figure;
    const themed = {
      ...layout,
      font: { ...layout.font, color: this.theme, family: this.style("--st-font") },
      hoverlabel: { bgcolor: this.style("--st-background-color"), font: { color: this.theme } },
      modebar: { bgcolor: "rgba(0,0,0,0)" },
    };
    const config = plotlyConfig({ hasButtons: this.modeBar });
    const look = JSON.stringify([themed, config, data.map(({ x, y, ...rest }) => rest)]);
    const isMove = look === this.look && this.canMove();
    this.look = look;
    const drawn = isMove ? this.move(data) : this.redraw(data, themed, config);
    drawing(this.root, drawn).then(() => {
      if (!this.root.isConnected) return;
      this.setFrames();
      this.listen();
      this.describeControls();
    });
  }

  redraw(data, layout, config) {
    if (this.root.layout?.updatemenus) this.Plotly.animate(this.root, [null], AT_ONCE); // ends its film
    return this.Plotly.react(this.root, { data, layout, config });
  }

  // Plotly moves lines and points alone, in axes that stay, and leaves the slider of a film where it is.
  canMove() {
    const { data, layout } = this.figure;
    const isGiven = (axis) => layout[axis.replace(/^./, "$&axis")]?.range;
    const stops = ({ sliders = [] }) => sliders.map(({ active }) => active).join();
    return (
      this.root.layout && // nothing is drawn once it was purged
      stops(this.root.layout) === stops(layout) &&
      data.every(({ type }) => type === "scatter") &&
      data.every(({ xaxis = "x", yaxis = "y" }) => isGiven(xaxis) && isGiven(yaxis))
    );
  }

  // All the rest of a figure, its axes and its legend, would take Plotly as long again.
  move(data) {
    const frame = { data: data.map(({ x, y }) => ({ x, y })), traces: [...data.keys()] };
    return this.Plotly.animate(this.root, frame, AT_ONCE).catch(() => {}); // or another one has come
  }

  fit() {
    if (this.root.clientWidth === this.width) return;
    this.width = this.root.clientWidth;
    clearTimeout(this.fitting);
    this.fitting = setTimeout(() => this.setWidth(null), WIDTH_RESTS_MS);
  }

  // An animation takes Plotly longer than all the rest: it comes once the figure has been seen.
  setFrames() {
    clearTimeout(this.framing);
    const { frames } = this.figure;
    if (!frames) return;
    // Frames of the same name are replaced; those of other names stay, and nothing plays them.
    this.framing = setTimeout(() => this.root.layout && this.Plotly.addFrames(this.root, frames), FRAMES_WAIT_MS);
  }

  // Only what Plotly has drawn can be listened to.
  listen() {
    const { root } = this;
    for (const event of ["plotly_click", "plotly_afterplot", "plotly_sliderchange"]) root.removeAllListeners(event);
    root.on("plotly_afterplot", () => this.describeControls());
    root.on("plotly_sliderchange", () => this.describeControls());
    if (!this.choosable) return; // a click that nobody waits for would run the page again
    root.on("plotly_click", ({ points: [{ x, y }] }) => this.tell("clicked", { x, y }));
  }

  // Plotly gives a film's button and slider no names, and has them answer to the pointer alone.
  describeControls() {
    for (const button of this.root.querySelectorAll(".updatemenu-button")) {
      const sign = button.textContent;
      describe(button, { role: "button", "aria-label": this.signs[sign] ?? sign });
    }
    const [slider] = this.root.layout?.sliders ?? []; // nothing is drawn once it was purged
    if (!slider) return;
    const { active, steps, name } = slider;
    describe(this.root.querySelector(".slider-group"), {
      role: "slider",
      "aria-label": name,
      "aria-valuemin": 0,
      "aria-valuemax": steps.length - 1,
      "aria-valuenow": active,
      "aria-valuetext": steps[active].label,
    });
  }

  press(event) {
    const { key, target, altKey, ctrlKey, metaKey } = event;
    if (altKey || ctrlKey || metaKey) return;
    const isPressed = target.matches(".updatemenu-button") && [" ", "Enter"].includes(key);
    const stride = target.matches(".slider-group") && STRIDES[key];
    if (!isPressed && !stride) return;
    event.preventDefault(); // the page must not scroll
    if (isPressed) target.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    else this.stepBy(stride);
  }

  // Plotly moves the slider to the frame that it shows.
  stepBy(stride) {
    const { active, steps } = this.root.layout.sliders[0];
    const next = Math.min(steps.length - 1, Math.max(0, active + stride));
    this.Plotly.animate(this.root, ...steps[next].args).catch(() => {}); // or another one has come
  }

  // In a new width, Plotly puts the legend where it had been in the old one: all is drawn once more.
  setWidth(width) {
    const { Plotly, root } = this;
    const inWidth = Plotly.relayout(root, { width, autosize: width === null });
    drawing(root, inWidth.then(() => Plotly.redraw(root)));
  }

  textColor() {
    return this.style("--st-text-color");
  }

  style(name) {
    return getComputedStyle(this.root).getPropertyValue(name).trim();
  }

  // Streamlit may take the element away and bring it back in the same moment.
  leave() {
    this.leaving = setTimeout(() => {
      if (this.root.isConnected) return;
      window.removeEventListener("beforeprint", this.onPrint);
      window.removeEventListener("afterprint", this.afterPrint);
      this.themeTimer = clearInterval(this.themeTimer);
      clearTimeout(this.framing);
      clearTimeout(this.fitting);
      purgeOnceDrawn(this.root);
    }, 200);
  }
}

function describe(element, attributes) {
  for (const [name, value] of Object.entries({ tabindex: 0, ...attributes })) {
    if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value); // or screen readers look again
  }
}
