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
    this.data = JSON.parse(component.data.view);
    if (!this.plane) this.build();
    this.button.textContent = this.data.clear;
    this.plane.setFrame({ extent: this.data.extent });
  }

  build() {
    const { catalog, language } = this.data;
    this.plane = new Plane(this.root.appendChild(document.createElement("div")), { labels: catalog, language });
    this.button = this.root.appendChild(document.createElement("button"));
    this.button.type = "button";
    this.button.onclick = () => this.plane.clearDrawing();
    const known = this.data.x.map((x, i) => [x, this.data.y[i]]);
    this.plane.startDrawing((points) => points.length && this.tell("drawn", points), known);
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
