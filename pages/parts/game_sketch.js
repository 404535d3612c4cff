// The game as a sketch: noise goes through G, its points and the real ones through D, and the slopes
// of the losses come back. Links pulse where something flows; a numbered caption says what happens.
// Neither imports nor exports: Python puts this file in front of the script that uses `GameSketch`.

const PHASES = {
  generate: "G turns noise z into points.",
  judge: "D is shown real points x and generated ones, and says how real each of them looks.",
  d_learns: "D learns: its weights move, so that its answers to real points rise and the others fall.",
  slopes: "G asks, through D: which way must each point go for G to pay less? The arrows say so.",
  g_learns: "G learns: its weights move, and its points follow the arrows as far as they can.",
};
const SKETCH = { width: 480, height: 128, left: 26, right: 66, middle: 62, gap: 15 };
const MOST_DOTS = 5; // of a layer: its true width stands below
const SVG = new DOMParser().parseFromString("<svg></svg>", "text/html").body.firstChild.namespaceURI;

class GameSketch {
  constructor(root, { game, text }) {
    this.root = root;
    this.text = text;
    this.svg = this.element("svg", { viewBox: `0 0 ${SKETCH.width} ${SKETCH.height}`, role: "img" });
    this.svg.setAttribute("aria-label", text("How data flow through G and D, and slopes come back"));
    this.links = this.element("g", {}, this.svg);
    this.draw(game);
    root.appendChild(this.svg);
    this.caption = root.appendChild(document.createElement("p"));
    this.caption.setAttribute("aria-live", "polite");
    this.show(null);
  }

  element(name, attributes, parent) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return parent ? parent.appendChild(made) : made;
  }

  // Columns from left to right: z, G's hidden layers, G(z) above x, D's hidden layers, D's answer.
  draw({ latent_dim, g_layers, g_units, d_layers, d_units }) {
    const { width, left, right, middle } = SKETCH;
    const last = g_layers + d_layers + 2;
    const x = (column) => left + ((width - left - right) * column) / last;
    const hidden = (first, layers, units, player) =>
      Array.from({ length: layers }, (_, i) => this.column(x(first + i), middle, units, player, units));
    const noise = this.column(x(0), middle, latent_dim, "z", latent_dim > MOST_DOTS ? latent_dim : "");
    const g = [noise, ...hidden(1, g_layers, g_units, "g")];
    const fake = this.column(x(g_layers + 1), middle - 32, 2, "fake");
    const real = this.column(x(g_layers + 1), middle + 32, 2, "real");
    const d = [...hidden(g_layers + 2, d_layers, d_units, "d"), this.column(x(last), middle, 1, "d")];
    [...g, fake].reduce((from, to) => this.link(from, to, "g-link") ?? to);
    [fake, ...d].reduce((from, to) => this.link(from, to, from === fake ? "fake-link" : "d-link") ?? to);
    this.link(real, d[0], "real-link");
    this.word(x(0), 12, "z");
    this.word((x(0) + x(g_layers + 1)) / 2, 12, "G", "g");
    this.word(x(g_layers + 1), 12, "G(z)", "fake");
    this.word(x(g_layers + 1), SKETCH.height - 4, "x", "real");
    this.word((x(g_layers + 1) + x(last)) / 2, 12, "D", "d");
    this.answers = ["real", "fake"].map((name, i) => this.word(x(last) + 8, middle - 3 + 15 * i, "", `${name} answer`));
  }

  column(x, middle, size, player, below = "") {
    const n = Math.min(size, MOST_DOTS);
    const dots = Array.from({ length: n }, (_, i) => [x, middle + SKETCH.gap * (i - (n - 1) / 2)]);
    for (const [cx, cy] of dots) this.element("circle", { cx, cy, r: 4.5, class: player }, this.svg);
    if (below) this.word(x, SKETCH.height - 4, below, "size");
    return dots;
  }

  link(from, to, kind) {
    const lines = from.flatMap(([x0, y0]) => to.map(([x1, y1]) => `M${x0},${y0}L${x1},${y1}`));
    this.element("path", { d: lines.join(""), class: kind }, this.links);
  }

  word(x, y, text, kind = "") {
    const word = this.element("text", { x, y, class: kind }, this.svg);
    word.textContent = text;
    return word;
  }

  // What happens now: one of `PHASES`; "all" at full speed; null at rest.
  show(phase, turns = 1) {
    this.svg.dataset.phase = phase ?? "";
    this.root.dataset.phase = phase ?? ""; // for whoever tests this page
    const sentence = PHASES[phase];
    if (!sentence) return (this.caption.textContent = this.text("Slow motion says here what happens within a step."));
    const number = 1 + Object.keys(PHASES).indexOf(phase);
    const often = turns > 1 ? ` ${this.text("{n} turns in each step.", { n: turns })}` : "";
    this.caption.textContent = `${number}. ${this.text(sentence)}${often}`;
  }

  // What D says of real and of generated points, on average.
  answer(real, fake, format) {
    [["x", real], ["G(z)", fake]].forEach(([of, value], i) => {
      this.answers[i].textContent = Number.isFinite(value) ? `${of}: ${format(value)}` : "";
    });
  }
}
