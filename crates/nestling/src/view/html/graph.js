// Draws only the visible part of the layout: thousands of jobs cost as much as a screenful.
const scroller = document.getElementById("scroller");
const canvas = document.getElementById("canvas");
const heads = document.getElementById("heads");
const boxesLayer = document.getElementById("boxes");
const lanesLayer = document.getElementById("lanes");
const curves = document.getElementById("curves");
const MARGIN = 300; // drawn beyond the window, so that scrolling shows no gap

let drawn = null; // the layout on the screen
let shown = [];
const elements = new Map(); // box id -> element
const laneElements = new Map();
const state = { selected: null, hovered: null, focused: null, chain: null, critical: null };

function redraw() {
  if (view.name !== "pipeline") return;
  const hadFocus = boxesLayer.contains(document.activeElement);
  const focusedLane = lanesLayer.contains(document.activeElement) ? unitOfLane(document.activeElement) : undefined;
  shown = visibleJobs();
  drawn = layout(shown, scroller.clientWidth);
  elements.forEach((element) => element.remove());
  elements.clear();
  laneElements.forEach((element) => element.remove());
  laneElements.clear();
  curveElements.clear();
  curves.replaceChildren();
  canvas.style.width = `${drawn.width}px`;
  canvas.style.height = `${drawn.height}px`;
  canvas.classList.toggle("grouped", drawn.grouped);
  canvas.classList.toggle("narrow", drawn.narrow);
  document.getElementById("nothing").hidden = shown.length > 0;
  canvas.hidden = shown.length === 0;
  drawHeads();
  updateBar();
  if (state.focused !== null && !drawn.boxes.some(isFocused)) state.focused = null;
  chain();
  draw();
  // The old elements are gone: the focus moves to the new one.
  if (hadFocus && state.focused !== null) elements.get(drawn.boxes.find(isFocused).id)?.focus({ preventScroll: true });
  if (focusedLane !== undefined) laneElements.get(focusedLane)?.querySelector("button").focus({ preventScroll: true });
}

// A head for each stage, over all of its columns; for each level where the layout follows the needs.
function drawHeads() {
  const groups = [];
  for (const column of drawn.columns) {
    const key = view.layout === "needs" ? `level ${column.level}` : column.stage;
    const last = groups[groups.length - 1];
    if (last && last.key === key) last.columns.push(column);
    else groups.push({ key, columns: [column] });
  }
  heads.replaceChildren(...groups.map(({ columns }) => {
    const members = columns.flatMap((column) => column.jobs);
    const name = view.layout === "needs" ? (columns[0].level === 0 ? "at once" : `after ${plural(columns[0].level, "job")}`) : members[0].stageName;
    const head = el("h2", { class: "head" }, middle(name, "name", 12), " ", el("span", { class: "n" }, countRange(countOf(members.filter((job) => !job.out)))));
    const last = columns[columns.length - 1];
    head.style.left = `${columns[0].x}px`;
    head.style.width = `${last.x + drawn.size.column - columns[0].x}px`;
    return head;
  }));
  heads.style.width = `${drawn.width}px`;
}

function updateBar() {
  const present = jobs.filter((job) => !job.out);
  const total = countWords(countOf(present), "job");
  const seen = shown.filter((job) => !job.out);
  const found = seen.length === present.length && !isFiltered() ? total : `${countRange(countOf(seen))} of ${total}${matchWords(seen)}`;
  const critical = state.critical === null ? "" : ` · critical path: ${measured() ? timeWords(state.criticalLength) : plural(state.critical.size, "job")}`;
  document.getElementById("found").textContent = found + critical;
  pressed("group", drawn.grouped);
  pressed("absent", view.absent);
  pressed("layer", view.base);
  pressed("critical", view.critical);
  pressed("by-needs", view.layout === "needs");
  const omitted = jobs.filter((job) => job.out && !job.removed).length;
  const absent = document.getElementById("absent");
  absent.hidden = omitted === 0;
  absent.textContent = `${omitted.toLocaleString("en")} left out`;
  const fold = document.getElementById("fold");
  fold.hidden = !drawn.grouped;
  fold.textContent = drawn.lanes.some((lane) => !lane.open) ? "Expand all" : "Collapse all";
  document.getElementById("edges").value = view.edges;
}

function pressed(id, is) {
  document.getElementById(id).setAttribute("aria-pressed", String(Boolean(is)));
}

function draw() {
  const top = scroller.scrollTop - MARGIN;
  const bottom = scroller.scrollTop + scroller.clientHeight + MARGIN;
  const seen = (item) => item.y < bottom && item.y + item.h > top;
  sync(elements, drawn.boxes, seen, (box) => box.id, makeBox, boxesLayer);
  sync(laneElements, drawn.lanes, seen, (lane) => lane.unit, makeLane, lanesLayer);
  drawCurves();
}

// Adds and removes elements so that the visible items have one; a focused item keeps its element.
function sync(map, items, seen, key, make, layer) {
  const wanted = new Set();
  for (const item of items) {
    if (!seen(item) && !isFocused(item)) continue;
    const id = key(item);
    wanted.add(id);
    if (!map.has(id)) {
      const element = make(item);
      map.set(id, element);
      layer.append(element);
    }
  }
  for (const [id, element] of map) {
    if (!wanted.has(id)) {
      element.remove();
      map.delete(id);
    }
  }
}

// The focus is kept by job, or by group where the heading of an open one has it.
function focusOf(box) {
  return box.isOpen ? `group ${box.group}` : box.jobs[0];
}

function isFocused(item) {
  if (state.focused === null || item.jobs === undefined) return false;
  return item.isOpen ? state.focused === `group ${item.group}` : item.jobs.includes(state.focused);
}

function isTabStop(box) {
  return state.focused === null ? box.id === 0 : isFocused(box);
}

// The state that can change without a new layout.
function dress(element, box) {
  const members = box.isOpen ? box.members : box.jobs;
  const lit = state.chain ?? state.critical;
  element.classList.toggle("selected", state.selected !== null && box.kind === "job" && box.jobs[0] === state.selected);
  element.classList.toggle("faded", lit !== null && !members.some((index) => lit.has(index)));
}

// The job in the center with everything that it waits for, and that waits for it.
function chain() {
  const center = state.hovered ?? state.selected;
  state.chain = center === null ? null
    : new Set([center, ...reach(center, (job) => job.before), ...reach(center, (job) => job.after)]);
}

function restate() {
  chain();
  elements.forEach((element, id) => dress(element, drawn.boxes[id]));
  drawCurves();
}

function setCritical(is) {
  view.critical = is;
  const found = is ? criticalPath() : null;
  state.critical = found && found.path;
  state.criticalLength = found ? found.length : 0;
}

let pending = false;
function later() {
  if (pending) return;
  pending = true;
  requestAnimationFrame(() => {
    pending = false;
    if (view.name === "pipeline") draw();
  });
}
scroller.addEventListener("scroll", later, { passive: true });

function scrollTo(box) {
  const { head, edge, lane } = drawn.size;
  const left = drawn.grouped && !drawn.narrow ? lane + edge : edge;
  const seen = { left: scroller.scrollLeft + left, right: scroller.scrollLeft + scroller.clientWidth, top: scroller.scrollTop + head, bottom: scroller.scrollTop + scroller.clientHeight };
  if (box.x < seen.left) scroller.scrollLeft -= seen.left - box.x + edge;
  else if (box.x + box.w > seen.right) scroller.scrollLeft += box.x + box.w - seen.right + edge;
  if (box.y < seen.top || box.y + box.h > seen.bottom) scroller.scrollTop = box.y - head - (scroller.clientHeight - head - box.h) / 2;
}

function boxOfElement(element) {
  const card = element.closest?.("[data-box]");
  return card ? drawn.boxes[Number(card.dataset.box)] : null;
}

boxesLayer.addEventListener("click", (event) => {
  const box = boxOfElement(event.target);
  if (!box) return;
  if (box.kind === "job") {
    openJob(box.jobs[0]);
    remember("push");
  } else if (box.kind === "group") {
    toggleGroup(box);
  } else {
    toggleLane(box.unit, true, box.jobs[0]);
  }
});
lanesLayer.addEventListener("click", (event) => {
  const button = event.target.closest("[data-unit]");
  if (button) toggleLane(unitOfLane(button), button.getAttribute("aria-expanded") !== "true", null);
});
boxesLayer.addEventListener("mouseover", (event) => hover(boxOfElement(event.target)));
boxesLayer.addEventListener("mouseleave", () => hover(null));

function unitOfLane(button) {
  return button.dataset.unit === "" ? null : Number(button.dataset.unit);
}

function hover(box) {
  const index = box && box.kind === "job" ? box.jobs[0] : null;
  if (index === state.hovered) return;
  state.hovered = index;
  restate();
}

function toggleGroup(box) {
  const members = box.isOpen ? box.members : box.jobs;
  if (box.isOpen) view.groupsOpen.delete(box.group);
  else view.groupsOpen.add(box.group);
  state.focused = box.isOpen ? members[0] : `group ${box.group}`;
  redraw();
  remember("push");
}

function toggleLane(unit, open, focus) {
  view.open.set(unit, open);
  redraw();
  remember("push");
  if (focus !== null) focusJob(focus);
}
