// Draws only the visible part of the layout: thousands of jobs cost as much as a screenful.
const scroller = document.getElementById("scroller");
const canvas = document.getElementById("canvas");
const heads = document.getElementById("heads");
const boxesLayer = document.getElementById("boxes");
const lanesLayer = document.getElementById("lanes");
const curves = document.getElementById("curves");
const SVG = "http://www.w3.org/2000/svg";
const MARGIN = 300; // drawn beyond the window, so that scrolling shows no gap
const MOST_CURVES = 900;

let drawn = null; // the layout on the screen
let shown = [];
const elements = new Map(); // box id -> element
const laneElements = new Map();
const state = { selected: null, hovered: null, focused: null, chain: null };

function redraw() {
  const hadFocus = boxesLayer.contains(document.activeElement);
  shown = visibleJobs();
  drawn = layout(shown, scroller.clientWidth);
  elements.forEach((element) => element.remove());
  elements.clear();
  laneElements.forEach((element) => element.remove());
  laneElements.clear();
  canvas.style.width = `${drawn.width}px`;
  canvas.style.height = `${drawn.height}px`;
  canvas.classList.toggle("grouped", drawn.grouped);
  document.getElementById("nothing").hidden = shown.length > 0;
  canvas.hidden = shown.length === 0;
  drawHeads();
  updateBar();
  if (state.focused !== null && !drawn.boxOf.has(state.focused)) state.focused = null;
  draw();
  // The old elements are gone: the focus moves to the new one.
  if (hadFocus && state.focused !== null) elements.get(drawn.boxOf.get(state.focused).id)?.focus({ preventScroll: true });
}

// The number of jobs in a stage.
function columnCount(column) {
  return countRange(countOf(shown.filter((job) => job.stage === column.stage)));
}

function drawHeads() {
  heads.replaceChildren(...drawn.columns.map((column) => {
    const head = el("h2", { class: "head" }, el("span", { class: "name" }, plan.stages[column.stage]), el("span", { class: "n" }, columnCount(column)));
    head.style.left = `${column.x}px`;
    head.style.width = `${drawn.size.column}px`;
    return head;
  }));
  heads.style.width = `${drawn.width}px`;
}

function updateBar() {
  const all = jobs.length;
  const total = countWords(countOf(jobs), "job");
  document.getElementById("found").textContent =
    shown.length === all ? total : `${countRange(countOf(shown))} of ${total}`;
  const group = document.getElementById("group");
  group.setAttribute("aria-pressed", String(drawn.grouped));
  const fold = document.getElementById("fold");
  fold.hidden = !drawn.grouped;
  fold.textContent = drawn.lanes.some((lane) => !lane.open) ? "Expand all" : "Collapse all";
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

function isFocused(item) {
  return state.focused !== null && item.jobs !== undefined && item.jobs.includes(state.focused);
}

function makeBox(box) {
  const element = box.kind === "job" ? makeCard(box) : makeCell(box);
  element.style.transform = `translate(${box.x}px, ${box.y}px)`;
  element.style.width = `${box.w}px`;
  element.style.height = `${box.h}px`;
  element.dataset.box = box.id;
  element.tabIndex = isTabStop(box) ? 0 : -1;
  dress(element, box);
  return element;
}

function isTabStop(box) {
  return state.focused === null ? box.id === 0 : isFocused(box);
}

function makeCard(box) {
  const job = jobs[box.jobs[0]];
  const environment = job.environment;
  const meta = [];
  if (job.out) {
    meta.push(el("span", { class: "cut" }, "left out by rules"));
  } else if (job.trigger) {
    meta.push(el("span", { class: "cut" }, `triggers ${job.trigger}`));
  } else if (environment) {
    const kind = ["start", "stop"].includes(environment.action) ? environment.action : "other";
    meta.push(el("span", { class: `env ${kind}` }, icon(kind), el("span", { class: "cut" }, brief(environment.name))));
  } else if (box.inLane) {
    const before = job.needs === null ? "after earlier stages" : job.needs.length ? `needs ${plural(job.needs.length, "job")}` : "starts at once";
    meta.push(el("span", { class: "cut" }, before));
  }
  if (job.condition) meta.push(el("span", { class: "cut" }, `if ${job.condition}`));
  if (!box.inLane) meta.unshift(el("span", { class: "cut unit" }, job.unitName));
  return el("button", { type: "button", class: `card ${job.start} ${box.small ? "small" : ""} ${job.out ? "out" : ""} ${job.condition ? "conditional" : ""}`, "aria-label": label(job), title: job.name },
    icon(job.trigger ? "trigger" : job.start, "how"),
    el("span", { class: "two" },
      el("span", { class: "cut name" }, job.label),
      box.small ? null : el("span", { class: "meta" }, meta)));
}

// All review environments share this part of their names.
function brief(name) {
  return name.replaceAll(/\$\{?CI_COMMIT_REF_(SLUG|NAME)\}?/g, "…");
}

function makeCell(box) {
  const members = box.jobs.map((index) => jobs[index]);
  const present = members.filter((job) => !job.out);
  const manual = present.filter((job) => job.start === "manual").length;
  const deploys = present.filter((job) => job.environment?.action === "start").length;
  const text = present.length ? countWords(countOf(present), "job") : `${plural(members.length, "job")} left out`;
  const special = [deploys ? plural(deploys, "deployment") : "", manual ? `${manual} manual` : ""].filter(Boolean);
  return el("button", { type: "button", class: "cell", "aria-label": `${[`${box.unit}, ${plan.stages[box.stage]}: ${text}`, ...special].join(", ")}. Expand.`, "aria-expanded": "false" },
    icon("chevron"), el("span", { class: "name" }, text),
    deploys ? el("span", { class: "tag deploy", title: plural(deploys, "deployment") }, icon("start"), String(deploys)) : null,
    manual ? el("span", { class: "tag manual", title: `${manual} manual` }, icon("manual"), String(manual)) : null);
}

function label(job) {
  const parts = [`${job.label} of ${job.unitName}`, `stage ${plan.stages[job.stage]}`, startWords(job)];
  if (job.out) return parts.join(", ");
  if (job.condition) parts.push(`if ${job.condition}`);
  if (job.trigger) parts.push(`triggers ${job.trigger}`);
  if (job.environment) parts.push(deployWords(job.environment));
  parts.push(job.needs === null ? "waits for earlier stages" : `needs ${plural(job.needs.length, "job")}`);
  return parts.join(", ");
}

function makeLane(lane) {
  const unit = plan.units.find((candidate) => candidate.name === lane.unit);
  const why = unit?.reasons[0]?.[1] ?? "";
  const more = unit && unit.reasons.length > 1 ? `, and ${plural(unit.reasons.length - 1, "other reason")}` : "";
  const element = el("div", { class: `lane ${lane.open ? "open" : ""}` },
    el("button", { type: "button", class: "lane-name", "aria-expanded": String(lane.open), title: `${lane.unit}: ${why}${more}`, tabindex: "-1", "data-unit": lane.unit },
      icon("chevron"), el("span", { class: "two" }, el("span", { class: "cut name" }, lane.unit), drawn.narrow ? null : el("span", { class: "cut meta" }, why))),
    el("div", { class: "line" }));
  element.style.transform = `translateY(${lane.y}px)`;
  element.style.height = `${lane.h}px`;
  return element;
}

// The state that can change without a new layout.
function dress(element, box) {
  const has = (index) => box.jobs.includes(index);
  const chain = state.chain;
  element.classList.toggle("selected", state.selected !== null && has(state.selected));
  element.classList.toggle("faded", chain !== null && !box.jobs.some((index) => chain.has(index)));
}

function restate() {
  const center = state.hovered ?? state.selected;
  state.chain = center === null ? null
    : new Set([center, ...reach(center, (job) => job.before), ...reach(center, (job) => job.after)]);
  elements.forEach((element, id) => dress(element, drawn.boxes[id]));
  drawCurves();
}

// One curve for each pair of boxes, however many needs it stands for.
function drawCurves() {
  const x = scroller.scrollLeft - MARGIN, y = scroller.scrollTop - MARGIN;
  const w = scroller.clientWidth + 2 * MARGIN, h = scroller.clientHeight + 2 * MARGIN;
  curves.setAttribute("viewBox", `${x} ${y} ${w} ${h}`);
  Object.assign(curves.style, { left: `${x}px`, top: `${y}px`, width: `${w}px`, height: `${h}px` });
  const seen = (box) => box.y < y + h && box.y + box.h > y && box.x < x + w && box.x + box.w > x;
  const paths = new Map();
  for (const job of shown) {
    const to = drawn.boxOf.get(job.index);
    for (const index of job.before) {
      const from = drawn.boxOf.get(index);
      if (from === undefined || from === to || !(seen(to) || seen(from))) continue;
      const strong = state.chain !== null && state.chain.has(index) && state.chain.has(job.index);
      const key = `${from.id} ${to.id}`;
      if (!paths.has(key)) paths.set(key, { from, to, strong });
      else if (strong) paths.get(key).strong = true;
    }
  }
  const all = [...paths.values()].sort((a, b) => a.strong - b.strong).slice(-MOST_CURVES);
  curves.classList.toggle("focus", state.chain !== null);
  curves.replaceChildren(...all.map(({ from, to, strong }) => {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", curve(from, to));
    if (strong) path.setAttribute("class", "strong");
    return path;
  }));
}

function curve(from, to) {
  const x1 = from.x + from.w, y1 = from.y + from.h / 2, y2 = to.y + to.h / 2;
  if (to.x > x1) {
    const bend = Math.max(20, (to.x - x1) / 2);
    return `M${x1} ${y1}C${x1 + bend} ${y1} ${to.x - bend} ${y2} ${to.x} ${y2}`;
  }
  // A need within a stage: around the right side.
  const out = Math.min(34, 16 + Math.abs(y2 - y1) / 12), x2 = to.x + to.w;
  return `M${x1} ${y1}C${x1 + out} ${y1} ${x2 + out} ${y2} ${x2} ${y2}`;
}

let pending = false;
function later() {
  if (pending) return;
  pending = true;
  requestAnimationFrame(() => {
    pending = false;
    draw();
  });
}
scroller.addEventListener("scroll", later, { passive: true });

function scrollTo(box) {
  const { head, edge, lane } = drawn.size;
  const left = drawn.grouped && !drawn.narrow ? lane + edge : edge;
  const view = { left: scroller.scrollLeft + left, right: scroller.scrollLeft + scroller.clientWidth, top: scroller.scrollTop + head, bottom: scroller.scrollTop + scroller.clientHeight };
  if (box.x < view.left) scroller.scrollLeft -= view.left - box.x + edge;
  else if (box.x + box.w > view.right) scroller.scrollLeft += box.x + box.w - view.right + edge;
  if (box.y < view.top || box.y + box.h > view.bottom) scroller.scrollTop = box.y - head - (scroller.clientHeight - head - box.h) / 2;
}

function boxOfElement(element) {
  const card = element.closest?.("[data-box]");
  return card ? drawn.boxes[Number(card.dataset.box)] : null;
}

boxesLayer.addEventListener("click", (event) => {
  const box = boxOfElement(event.target);
  if (!box) return;
  if (box.kind === "job") openJob(box.jobs[0]);
  else toggleLane(box.unit, true, box.jobs[0]);
});
lanesLayer.addEventListener("click", (event) => {
  const button = event.target.closest("[data-unit]");
  if (button) toggleLane(button.dataset.unit, button.getAttribute("aria-expanded") !== "true", null);
});
boxesLayer.addEventListener("mouseover", (event) => hover(boxOfElement(event.target)));
boxesLayer.addEventListener("mouseleave", () => hover(null));

function hover(box) {
  const index = box && box.kind === "job" ? box.jobs[0] : null;
  if (index === state.hovered) return;
  state.hovered = index;
  restate();
}

function toggleLane(unit, open, focus) {
  view.open.set(unit, open);
  redraw();
  if (focus !== null) focusJob(focus);
}
