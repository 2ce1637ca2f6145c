// Arrow keys move from job to job; Tab stops once, at the job that had the focus last. From the first column the left arrow
// goes to the unit's own button.
function focusBox(box) {
  state.focused = focusOf(box);
  scrollTo(box);
  draw();
  elements.forEach((element, id) => { element.tabIndex = isTabStop(drawn.boxes[id]) ? 0 : -1; });
  elements.get(box.id)?.focus({ preventScroll: true });
}

function focusJob(index) {
  const box = drawn.boxOf.get(index);
  if (box) focusBox(box);
}

function inColumn(at) {
  return drawn.boxes.filter((box) => box.column === at).sort((a, b) => a.y - b.y);
}

function nearest(boxes, y) {
  return boxes.reduce((best, box) => (best === null || Math.abs(box.y - y) < Math.abs(best.y - y) ? box : best), null);
}

function next(box, key) {
  const own = inColumn(box.column);
  const at = own.indexOf(box);
  switch (key) {
    case "ArrowDown": return own[at + 1];
    case "ArrowUp": return own[at - 1];
    case "ArrowRight": return nearest(inColumn(box.column + 1), box.y);
    case "ArrowLeft": return nearest(inColumn(box.column - 1), box.y);
    case "Home": return own[0];
    case "End": return own[own.length - 1];
    default: return undefined;
  }
}

const ARROWS = ["ArrowDown", "ArrowUp", "ArrowRight", "ArrowLeft", "Home", "End"];
boxesLayer.addEventListener("keydown", (event) => {
  const box = boxOfElement(event.target);
  if (!box || event.altKey || event.ctrlKey || event.metaKey || !ARROWS.includes(event.key)) return;
  event.preventDefault();
  const target = next(box, event.key);
  if (target) focusBox(target);
  else if (event.key === "ArrowLeft" && drawn.grouped) focusLane(box);
});
boxesLayer.addEventListener("focusin", (event) => {
  const box = boxOfElement(event.target);
  if (box) state.focused = focusOf(box);
});

function focusLane(box) {
  laneElements.get(box.unit)?.querySelector("button").focus({ preventScroll: true });
}

lanesLayer.addEventListener("keydown", (event) => {
  const button = event.target.closest("[data-unit]");
  if (!button || !ARROWS.includes(event.key)) return;
  event.preventDefault();
  const at = drawn.lanes.findIndex((lane) => lane.unit === unitOfLane(button));
  const first = (lane) => drawn.boxes.filter((box) => box.unit === lane.unit).sort((a, b) => a.column - b.column || a.y - b.y)[0];
  if (event.key === "ArrowRight") return void focusBox(first(drawn.lanes[at]));
  const target = { ArrowDown: drawn.lanes[at + 1], ArrowUp: drawn.lanes[at - 1], Home: drawn.lanes[0], End: drawn.lanes[drawn.lanes.length - 1] }[event.key];
  if (!target) return;
  scrollTo({ ...first(target), x: scroller.scrollLeft + 400, w: 0 });
  draw();
  laneElements.get(target.unit)?.querySelector("button").focus({ preventScroll: true });
});

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches?.("input, select, textarea");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    showView("pipeline");
    fields.text.focus();
    fields.text.select();
  } else if (event.key === "Escape" && event.target === fields.text && filter.text !== "") {
    clearFilters();
  } else if (event.key === "Escape" && !panel.hidden) {
    closePanel();
    remember("push");
  }
});
