// What a lesson needs of the browser: paper, keys that turn pages where it is projected, and the
// question that a link leads to.

const SCROLLS = { PageDown: 1, PageUp: -1 }; // what a presenter's remote control sends
const MOST_OF_A_SCREEN = 0.85;
const WAYS = {
  ArrowRight: "next_lesson",
  ArrowLeft: "previous_lesson",
  PageDown: "next_lesson",
  PageUp: "previous_lesson",
};
const USES_ARROWS = "input, textarea, select, [role=slider], [role=radio], [role=tab], [role=listbox]";
const USES_PAGES = "textarea, [role=listbox], [aria-expanded=true]"; // a slider would, but is not asked
const LETS_GO = "[type=radio], [role=slider]"; // after a click, so that arrows turn pages again

let led = 0; // to its question, in which visit of a page
let lesson = null; // the one that was shown last

document.addEventListener("keydown", turnPage, true); // before a slider has it
document.addEventListener("pointerup", () => setTimeout(letGo)); // the click comes first

export default function ({ data, parentElement }) {
  const button = parentElement.querySelector(".print-lesson");
  lesson = { button, arrows: data.arrows };
  button.textContent = data.print;
  button.onclick = () => window.print();
  if (data.question && data.visit !== led) {
    led = data.visit;
    document.getElementsByClassName(data.question)[0]?.scrollIntoView({ block: "center" });
  }
}

function turnPage(event) {
  const { key, target, altKey, ctrlKey, metaKey } = event;
  if (!turnsPages() || !WAYS[key] || altKey || ctrlKey || metaKey) return;
  if (target.closest?.(SCROLLS[key] ? USES_PAGES : USES_ARROWS)) return;
  if (SCROLLS[key]) {
    event.preventDefault(); // it would scroll only what was clicked before …
    event.stopPropagation(); // … or move a slider
    if (hasScrolled(SCROLLS[key])) return;
  }
  document.querySelector(`.st-key-${WAYS[key]} a`)?.click();
}

function turnsPages() {
  return lesson?.arrows && lesson.button.isConnected;
}

function letGo() {
  if (turnsPages() && document.activeElement?.matches(LETS_GO)) document.activeElement.blur();
}

function hasScrolled(direction) {
  const page = document.querySelector("[data-testid=stMain]");
  const below = page.scrollHeight - page.clientHeight - page.scrollTop;
  const hasRoom = (direction > 0 ? below : page.scrollTop) > 1;
  const top = direction * MOST_OF_A_SCREEN * page.clientHeight;
  if (hasRoom) page.scrollBy({ top, behavior: "smooth" });
  return hasRoom;
}
