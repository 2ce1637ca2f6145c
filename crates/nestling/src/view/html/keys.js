// Arrow keys move from job to job; Tab stops once, at the job that had the focus last.
function focusBox(box) {
  state.focused = box.jobs[0];
  scrollTo(box);
  draw();
  elements.forEach((element, id) => { element.tabIndex = isTabStop(drawn.boxes[id]) ? 0 : -1; });
  elements.get(box.id)?.focus({ preventScroll: true });
}

function focusJob(index) {
  const box = drawn.boxOf.get(index);
  if (box) focusBox(box);
}

function columnOfBox(box) {
  return drawn.columns.findIndex((column) => column.stage === box.stage);
}

function inColumn(at) {
  const stage = drawn.columns[at]?.stage;
  return drawn.boxes.filter((box) => box.stage === stage).sort((a, b) => a.y - b.y);
}

function nearest(boxes, y) {
  return boxes.reduce((best, box) => (best === null || Math.abs(box.y - y) < Math.abs(best.y - y) ? box : best), null);
}

function next(box, key) {
  const column = columnOfBox(box);
  const own = inColumn(column);
  const at = own.indexOf(box);
  switch (key) {
    case "ArrowDown": return own[at + 1];
    case "ArrowUp": return own[at - 1];
    case "ArrowRight": return nearest(inColumn(column + 1), box.y);
    case "ArrowLeft": return nearest(inColumn(column - 1), box.y);
    case "Home": return own[0];
    case "End": return own[own.length - 1];
    default: return undefined;
  }
}

boxesLayer.addEventListener("keydown", (event) => {
  const box = boxOfElement(event.target);
  if (!box || event.altKey || event.ctrlKey || event.metaKey) return;
  if (!["ArrowDown", "ArrowUp", "ArrowRight", "ArrowLeft", "Home", "End"].includes(event.key)) return;
  event.preventDefault();
  const target = next(box, event.key);
  if (target) focusBox(target);
});
boxesLayer.addEventListener("focusin", (event) => {
  const box = boxOfElement(event.target);
  if (box) state.focused = box.jobs[0];
});

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches?.("input, select, textarea");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    fields.text.focus();
    fields.text.select();
  } else if (event.key === "Escape" && !panel.hidden) {
    closePanel();
  } else if (event.key === "Escape" && event.target === fields.text) {
    clearFilters();
  }
});
