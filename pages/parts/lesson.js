// What a lesson needs of the browser: paper, arrow keys where it is projected, and the question
// that a link leads to.

const WAYS = { ArrowRight: "next_lesson", ArrowLeft: "previous_lesson" };
const USES_ARROWS = "input, textarea, select, [role=slider], [role=radio], [role=tab], [role=listbox]";

let led = 0; // to its question, in which visit of a page
let lesson = null; // the one that was shown last

document.addEventListener("keydown", turnPage);

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

function turnPage({ key, target, altKey, ctrlKey, metaKey }) {
  if (!lesson?.arrows || !lesson.button.isConnected) return;
  if (!WAYS[key] || altKey || ctrlKey || metaKey || target.closest?.(USES_ARROWS)) return;
  document.querySelector(`.st-key-${WAYS[key]} a`)?.click();
}
