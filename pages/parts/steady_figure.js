// One figure that changes in place, so that zoom and hover outlive new data.

const figures = new WeakMap();

export default function (component) {
  const root = component.parentElement.querySelector(".steady-figure");
  let figure = figures.get(root);
  if (!figure) figures.set(root, (figure = new SteadyFigure(root)));
  figure.show(JSON.parse(component.data.view));
  return () => figure.leave();
}

class SteadyFigure {
  constructor(root) {
    this.root = root;
  }

  show({ figures, failed }) {
    clearTimeout(this.leaving);
    [this.figure] = figures;
    this.root.style.height = `${this.figure.layout.height}px`;
    this.themeTimer ??= setInterval(() => this.textColor() !== this.theme && this.draw(), 500);
    loadPlotly()
      .then((Plotly) => (this.Plotly = Plotly) && this.draw())
      .catch(() => (this.root.textContent = failed));
  }

  draw() {
    if (!this.Plotly) return;
    this.theme = this.textColor();
    const { data, layout } = this.figure;
    this.Plotly.react(
      this.root,
      data,
      { ...layout, font: { ...layout.font, color: this.theme } },
      { responsive: true, displaylogo: false, modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"] },
    );
  }

  textColor() {
    return getComputedStyle(this.root).getPropertyValue("--st-text-color").trim() || getComputedStyle(this.root).color;
  }

  // Streamlit may take the element away and bring it back in the same moment.
  leave() {
    this.leaving = setTimeout(() => {
      if (this.root.isConnected) return;
      clearInterval(this.themeTimer);
      this.Plotly?.purge(this.root);
    }, 200);
  }
}
