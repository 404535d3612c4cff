// What a lesson needs of the browser: paper, arrow keys where it is projected, and the question
// that a link leads to.

const WAYS = { ArrowRight: "next_lesson", ArrowLeft: "previous_lesson" };
const USES_ARROWS = "input, textarea, select, [role=slider], [role=radio], [role=tab], [role=listbox]";

let led = 0; // to its question, in which visit of a page

export default function ({ data, parentElement }) {
  const button = parentElement.querySelector(".print-lesson");
  button.textContent = data.print;
  button.onclick = () => window.print();
  if (data.question && data.visit !== led) {
    led = data.visit;
    document.getElementsByClassName(data.question)[0]?.scrollIntoView({ block: "center" });
  }
  const follow = ({ key, target, altKey, ctrlKey, metaKey }) => {
    if (!data.arrows || !WAYS[key] || altKey || ctrlKey || metaKey) return;
    if (target.closest?.(USES_ARROWS)) return;
    document.querySelector(`.st-key-${WAYS[key]} a`)?.click();
  };
  document.addEventListener("keydown", follow);
  return () => document.removeEventListener("keydown", follow);
}
