// The change: each path with the units that it selects, and the units as a graph in which the selection has traveled.
function changeView(root) {
  const { paths, ignored, unclaimed, more } = data.change;
  root.append(el("article", { class: "item wide" }, el("header", {}, el("h2", {}, "Changed files"), el("span", { class: "quiet" }, ...prose(plan.extent))),
    paths.length ? el("ul", { class: "paths" }, paths.map(pathItem)) : el("p", { class: "quiet" }, "The units are not selected by paths."),
    more ? el("p", { class: "quiet" }, `and ${plural(more, "more path")}`) : null));
  if (unclaimed.length) root.append(pathList("In no unit", unclaimed));
  if (ignored.length) root.append(pathList("Ignored by the workspace (`ignore`)", ignored));
  const graph = unitGraph();
  if (graph) root.append(graph);
}

function pathList(title, paths) {
  return el("article", { class: "item wide" }, el("header", {}, el("h2", {}, ...prose(title)), el("span", { class: "quiet" }, plural(paths.length, "path"))),
    el("ul", { class: "plain-list" }, paths.map((path) => el("li", {}, path))));
}

const FEW_UNITS = 12;
function pathItem([path, status, selected]) {
  const [first, rest] = [selected.slice(0, FEW_UNITS), selected.length - FEW_UNITS];
  const note = data.change.ignored.includes(path) ? "ignored" : data.change.unclaimed.includes(path) ? "in no unit" : "selects nothing by itself";
  return el("li", {}, el("span", { class: `status ${status.replace(" ", "-")}` }, status), el("span", { class: "path" }, path),
    selected.length ? el("ul", { class: "selects" }, first.map((unit) => el("li", {}, unitButton(unit), el("span", { class: "quiet" }, ` ${reasonFor(unit, path)}`))),
      rest > 0 ? el("li", { class: "quiet" }, `and ${plural(rest, "more unit")}`) : null)
      : el("p", { class: "quiet" }, note));
}

function unitButton(unit) {
  return el("button", { type: "button", class: "inline", onclick: () => {
    showView("pipeline");
    setFilter({ ...NO_FILTER, unit: data.units[unit] });
    remember("push");
  } }, data.units[unit]);
}

// The reason that begins with the path (`a changed`, `a, a source of it, changed`), else the first one.
function reasonFor(unit, path) {
  const reasons = (units.get(unit)?.reasons || []).filter(([kind]) => kind !== "skipped");
  const names = (text) => text.startsWith(`${path} `) || text.startsWith(`${path}, `);
  const own = reasons.find(([, text]) => names(data.texts[text])) || reasons[0];
  return own ? `(${(REASONS[own[0]] || own[0]).toLowerCase()})` : "(not selected)";
}

const MOST_NODES = 150;
const NODE = { w: 190, h: 30, gap: 10, between: 70 };

// The selected units that depend on each other, with the units beside them.
function unitGraph() {
  const chosen = new Set(chosenUnits().map((unit) => unit.unit));
  const nodes = new Set();
  data.dependencies.forEach((needed, unit) => needed.forEach((other) => {
    if (chosen.has(unit) || chosen.has(other)) nodes.add(unit), nodes.add(other);
  }));
  if (!nodes.size) return null;
  const title = el("header", {}, el("h2", {}, "Units and what they depend on"), el("span", { class: "quiet" }, "an arrow leads from a unit to those that depend on it"));
  if (nodes.size > MOST_NODES) {
    return el("article", { class: "item wide" }, title, el("p", { class: "quiet" }, `${plural(nodes.size, "unit")} depend on each other here: too many to draw. The view of units lists the reason for each.`));
  }
  return el("article", { class: "item wide" }, title, drawUnits([...nodes], chosen));
}

function drawUnits(nodes, chosen) {
  const level = unitLevels(nodes);
  const columns = [];
  for (const unit of nodes.sort((a, b) => (data.units[a] < data.units[b] ? -1 : 1))) (columns[level.get(unit)] ||= []).push(unit);
  const at = new Map();
  columns.forEach((column, x) => column?.forEach((unit, y) => at.set(unit, { x: x * (NODE.w + NODE.between), y: y * (NODE.h + NODE.gap) })));
  const width = columns.length * (NODE.w + NODE.between) - NODE.between;
  const height = Math.max(...columns.map((column) => (column ? column.length : 0))) * (NODE.h + NODE.gap);
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({ class: "curves", viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true" })) svg.setAttribute(key, value);
  const edges = nodes.flatMap((unit) => data.dependencies[unit].filter((other) => at.has(other)).map((other) => [other, unit]));
  svg.append(arrowHeads(), ...edges.map(([from, to]) => unitEdge(at.get(from), at.get(to), chosen.has(from) && travels(from, to))));
  const boxes = nodes.map((unit) => {
    const node = el("button", { type: "button", class: `node ${chosen.has(unit) ? "chosen" : "skipped"}`, title: data.units[unit], onclick: () => light(svg, edges, unit, at) },
      middle(data.units[unit], "", 11, cutsOf("unit", 11)), chosen.has(unit) ? null : hidden(", not selected"));
    Object.assign(node.style, { left: `${at.get(unit).x}px`, top: `${at.get(unit).y}px`, width: `${NODE.w}px`, height: `${NODE.h}px` });
    return node;
  });
  const holder = el("div", { class: "unit-graph", role: "group", "aria-label": "Units and what they depend on", tabindex: "0" }, el("div", { class: "inside" }, svg, ...boxes));
  Object.assign(holder.firstChild.style, { width: `${width}px`, height: `${height}px` });
  return holder;
}

function unitLevels(nodes) {
  const within = new Set(nodes);
  const level = new Map();
  const visiting = new Set();
  const of = (unit) => {
    if (level.has(unit)) return level.get(unit);
    if (visiting.has(unit)) return 0;
    visiting.add(unit);
    const own = data.dependencies[unit].filter((other) => within.has(other)).reduce((most, other) => Math.max(most, of(other) + 1), 0);
    visiting.delete(unit);
    level.set(unit, own);
    return own;
  };
  nodes.forEach(of);
  return level;
}

// Returns true if the selection went from one unit to the other: a reason has it in its chain of names, each of them whole.
function travels(from, to) {
  const chain = (text) => data.texts[text].replace(/^depends on /, "").split(", which depends on ");
  return (units.get(to)?.reasons || []).some(([kind, text]) => kind === "depends_on" && chain(text).includes(data.units[from]));
}

function unitEdge(from, to, strong) {
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", curve({ ...from, w: NODE.w, h: NODE.h }, { ...to, w: NODE.w, h: NODE.h }));
  path.setAttribute("class", strong ? "edge strong" : "edge");
  path.setAttribute("marker-end", strong ? "url(#arrow-strong)" : "url(#arrow)");
  return path;
}

// Lights everything that a change of the unit reaches, and everything that reaches it.
function light(svg, edges, unit, at) {
  const lit = new Set();
  for (const [index, other] of [[0, 1], [1, 0]]) {
    const queue = [unit];
    const seen = new Set(queue);
    while (queue.length) {
      const here = queue.pop();
      edges.forEach((edge, number) => {
        if (edge[index] !== here) return;
        lit.add(number);
        if (!seen.has(edge[other])) seen.add(edge[other]), queue.push(edge[other]);
      });
    }
  }
  const paths = svg.querySelectorAll("path.edge");
  edges.forEach(([from, to], number) => paths[number].replaceWith(unitEdge(at.get(from), at.get(to), lit.has(number))));
}
