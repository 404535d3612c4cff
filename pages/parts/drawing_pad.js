// A plane to draw in: each stroke's points go to the page.

const pads = new WeakMap();

export default function (component) {
  const root = component.parentElement.querySelector(".drawing-pad");
  let pad = pads.get(root);
  if (!pad) pads.set(root, (pad = new Pad(root)));
  pad.show(component);
  return () => pad.leave();
}

class Pad {
  constructor(root) {
    this.root = root;
  }

  show(component) {
    clearTimeout(this.leaving);
    this.tell = component.setTriggerValue;
    const before = this.data;
    this.data = JSON.parse(component.data.view);
    if (!this.plane || this.data.language !== before.language) this.build();
    // What was drawn here is here; while a page answers, more of it may have been drawn.
    else if (!this.data.told && this.data.points !== this.begun) this.begin();
    this.begun = this.data.told ? null : this.data.points;
    this.plane.setFrame({ extent: this.data.extent });
  }

  build() {
    this.plane?.destroy();
    this.root.replaceChildren();
    const { catalog, language, clear } = this.data;
    const add = (tag) => this.root.appendChild(document.createElement(tag));
    this.plane = new Plane(add("div"), { text: sayingIn(catalog), language });
    const button = add("button");
    button.type = "button";
    button.textContent = clear;
    button.onclick = () => this.clear();
    this.note = add("small");
    this.note.role = "status";
    this.begin();
  }

  begin() {
    this.note.textContent = "";
    const known = this.data.x.map((x, i) => [x, this.data.y[i]]);
    this.plane.startDrawing((points) => this.take(points), known);
  }

  clear() {
    this.plane.clearDrawing();
    this.note.textContent = this.data.cleared;
  }

  take(points) {
    if (!points.length) return;
    this.note.textContent = "";
    this.tell("drawn", points);
  }

  // Streamlit may take the element away and bring it back in the same moment.
  leave() {
    this.leaving = setTimeout(() => {
      if (this.root.isConnected) return;
      this.plane?.destroy();
      this.plane = null;
    }, 200);
  }
}
