// The curves of the drawing: needs, or the files and variables that jobs hand on. Each has a direction.
const SVG = "http://www.w3.org/2000/svg";
const MOST_CURVES = 900;

// The jobs that a job has an edge from, for a kind of edges.
function edgesInto(job, edges) {
  if (edges === "needs") return job.before;
  // A trigger job downloads no files, and hands on variables.
  if (job.out || (job.trigger && edges === "artifacts")) return [];
  const gives = (index) => !jobs[index].out && (edges === "dotenv" ? jobs[index].artifacts === "dotenv" : Boolean(jobs[index].artifacts));
  if (job.dependencies) {
    const byName = derived(kindIndex).byName;
    return job.dependencies.map((name) => byName.get(name)).filter((index) => index !== undefined && gives(index));
  }
  if (job.needs !== null) {
    return job.needs.filter((need) => need.index !== undefined && need.artifacts && gives(need.index)).map((need) => need.index);
  }
  // Without `needs`, GitLab downloads the artifacts of all earlier stages.
  return givers().filter((index) => jobs[index].stageAt < job.stageAt && gives(index));
}

const giversOf = new Map();
function givers() {
  if (!giversOf.has(kindIndex)) giversOf.set(kindIndex, jobs.filter((job) => job.artifacts && !job.out).map((job) => job.index));
  return giversOf.get(kindIndex);
}

// One edge for each pair of boxes, however many it stands for. They are collected once for a layout.
function edgesOfLayout() {
  if (drawn.edges?.shows === view.edges) return drawn.edges.list;
  const pairs = new Map();
  for (const job of shown) {
    const to = drawn.boxOf.get(job.index);
    for (const index of edgesInto(job, view.edges)) {
      const from = drawn.boxOf.get(index);
      if (from === undefined || from === to) continue;
      const key = from.id * drawn.boxes.length + to.id;
      if (!pairs.has(key)) pairs.set(key, { from, to, links: [], top: Math.min(from.y, to.y), bottom: Math.max(from.y + from.h, to.y + to.h) });
      pairs.get(key).links.push([index, job.index]);
    }
  }
  drawn.edges = { shows: view.edges, list: [...pairs.values()] };
  return drawn.edges.list;
}

const curveElements = new Map(); // edge -> its path

// Draws the edges that begin or end in the window. Paths that stay are kept.
function drawCurves() {
  const x = scroller.scrollLeft - MARGIN, y = scroller.scrollTop - MARGIN;
  const w = scroller.clientWidth + 2 * MARGIN, h = scroller.clientHeight + 2 * MARGIN;
  curves.setAttribute("viewBox", `${x} ${y} ${w} ${h}`);
  Object.assign(curves.style, { left: `${x}px`, top: `${y}px`, width: `${w}px`, height: `${h}px` });
  const seen = (box) => box.y < y + h && box.y + box.h > y && box.x < x + w && box.x + box.w > x;
  const lit = state.chain !== null || state.critical !== null;
  const visible = edgesOfLayout().filter((edge) => edge.top < y + h && edge.bottom > y && (seen(edge.to) || seen(edge.from)));
  visible.forEach((edge) => { edge.strong = lit && edge.links.some(([from, to]) => isStrong(from, to)); });
  const wanted = new Set(visible.sort((a, b) => a.strong - b.strong).slice(-MOST_CURVES));
  curves.classList.toggle("focus", lit);
  if (!curves.querySelector("defs")) curves.append(arrowHeads());
  for (const [edge, path] of curveElements) {
    if (!wanted.has(edge)) path.remove(), curveElements.delete(edge);
  }
  for (const edge of wanted) dressCurve(edge);
}

function dressCurve(edge) {
  let path = curveElements.get(edge);
  if (!path) {
    path = document.createElementNS(SVG, "path");
    path.setAttribute("d", curve(edge.from, edge.to));
    curveElements.set(edge, path);
    curves.append(path);
  }
  if (path.dataset.strong === String(edge.strong)) return;
  path.dataset.strong = String(edge.strong);
  path.setAttribute("marker-end", edge.strong ? "url(#arrow-strong)" : "url(#arrow)");
  path.setAttribute("class", edge.strong ? "edge strong" : "edge");
  if (edge.strong) curves.append(path); // above the others
}

function isStrong(from, to) {
  if (state.chain !== null) return state.chain.has(from) && state.chain.has(to);
  return state.critical !== null && state.critical.has(from) && state.critical.has(to);
}

function arrowHeads() {
  const defs = document.createElementNS(SVG, "defs");
  for (const id of ["arrow", "arrow-strong"]) {
    const marker = document.createElementNS(SVG, "marker");
    for (const [key, value] of Object.entries({ id, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 8, markerHeight: 8, markerUnits: "userSpaceOnUse", orient: "auto" })) marker.setAttribute(key, value);
    const head = document.createElementNS(SVG, "path");
    head.setAttribute("d", "M1 1l6 3-6 3z");
    head.setAttribute("class", id);
    marker.append(head);
    defs.append(marker);
  }
  return defs;
}

function curve(from, to) {
  const x1 = from.x + from.w, y1 = from.y + from.h / 2, y2 = to.y + to.h / 2;
  if (to.x > x1) {
    const bend = Math.max(14, (to.x - x1) / 2);
    return `M${x1} ${y1}C${x1 + bend} ${y1} ${to.x - bend} ${y2} ${to.x - 1} ${y2}`;
  }
  // A need that does not point to the right, as in a circle: around the right side.
  const out = Math.min(34, 16 + Math.abs(y2 - y1) / 12), x2 = to.x + to.w;
  return `M${x1} ${y1}C${x1 + out} ${y1} ${x2 + out} ${y2} ${x2 + 1} ${y2}`;
}
