// Pictures in a grid, which may be chosen or marked.

const grids = new WeakMap();

export default function (component) {
  const root = component.parentElement.querySelector(".tiles");
  let grid = grids.get(root);
  if (!grid) grids.set(root, (grid = new Tiles(root)));
  grid.show(component);
}

class Tiles {
  constructor(root) {
    this.root = root;
    root.addEventListener("click", (event) => this.click(this.placeOf(event)));
    root.addEventListener("keydown", (event) => this.press(event, this.placeOf(event)));
  }

  show(component) {
    this.component = component;
    const data = JSON.parse(component.data.view);
    // Marks that the page has not heard of yet are newer than what it says.
    if (data.words && this.data?.round !== data.round) this.marks = [...data.marks];
    this.data = data;
    this.build();
    data.places.forEach((_, place) => this.fill(place));
  }

  // Tiles that are there already stay, and with them the focus.
  build() {
    const { places, columns, size, choosable, words } = this.data;
    this.root.style.gridTemplateColumns = `repeat(${columns}, minmax(0, ${size}px))`;
    const tag = choosable || words ? "button" : "div";
    if (this.root.children.length === places.length && this.root.firstChild?.localName === tag) return;
    this.root.replaceChildren(...Array.from({ length: places.length }, () => newTile(tag)));
  }

  fill(place) {
    const { picture, n, places, aspect, names, below, badges, choosable, words } = this.data;
    const tile = this.root.children[place];
    const [image, text, badge] = tile.children;
    image.style.backgroundImage = `url(${picture})`;
    image.style.backgroundSize = `${n * 100}% 100%`;
    image.style.backgroundPosition = `${n > 1 ? (places[place] / (n - 1)) * 100 : 0}% 0`;
    image.style.aspectRatio = aspect;
    const mark = words && this.marks[place];
    const said = words ? words[mark] ?? "?" : below[place] ?? "";
    const letters = badges?.[place] ?? "";
    text.textContent = said;
    text.hidden = !words && !below.length;
    badge.textContent = letters;
    badge.hidden = !letters;
    toggle(tile, "badge", letters || null);
    toggle(tile, "mark", mark ? String(Object.keys(words).indexOf(mark)) : null);
    const name = [names[place], letters, said].filter(Boolean).join(": ");
    tile.setAttribute("aria-label", name);
    if (choosable) tile.setAttribute("aria-pressed", Boolean(letters));
    if (!choosable && !words) tile.setAttribute("role", "img");
  }

  placeOf(event) {
    return [...this.root.children].indexOf(event.target.closest(".tile"));
  }

  click(place) {
    if (place < 0) return;
    const { choosable, words } = this.data;
    if (choosable) this.component.setTriggerValue("chosen", place);
    if (words) {
      const letters = Object.keys(words);
      this.mark(place, letters[(letters.indexOf(this.marks[place]) + 1) % letters.length]);
    }
  }

  press(event, place) {
    if (place < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const { columns, words } = this.data;
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns };
    const step = steps[event.key];
    if (step) {
      this.root.children[place + step]?.focus();
      event.preventDefault();
    } else if (words?.[event.key.toLowerCase()]) {
      this.mark(place, event.key.toLowerCase());
      this.root.children[place + 1]?.focus();
      event.preventDefault();
    }
  }

  mark(place, letter) {
    this.marks[place] = letter;
    this.fill(place);
    this.component.setStateValue("marks", [...this.marks]);
  }
}

function newTile(tag) {
  const tile = document.createElement(tag);
  tile.className = "tile";
  if (tag === "button") tile.type = "button";
  tile.append(...["picture", "below", "badge"].map((name) => {
    const part = document.createElement("span");
    part.className = name;
    return part;
  }));
  return tile;
}

function toggle(tile, name, value) {
  if (value === null) delete tile.dataset[name];
  else tile.dataset[name] = value;
}
