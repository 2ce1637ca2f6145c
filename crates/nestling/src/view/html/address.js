// The state of the page in its address, so that a link shows what its sender saw, and Back goes one step back.
const KEYS = {
  kind: "", view: "pipeline", job: "", layout: "stages", edges: "needs", absent: "", critical: "", base: "1", group: "",
  lanes: "", open: "", closed: "", groups: "",
};

// A longer list would make a URL that mail programs cut.
const MOST_OPEN = 100;
const listed = (entries) => [...entries].slice(0, MOST_OPEN).map(encodeURIComponent).join(",");
const unlisted = (text) => text.split(",").filter(Boolean).map(decoded);

// The lanes that somebody opened or closed, by the names of their units.
function lanesThat(are) {
  return listed([...view.open].filter(([, open]) => open === are).map(([unit]) => unitKey(unit)));
}

function decoded(text) {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return ""; // not what this page wrote
  }
}

function readAddress() {
  const state = {};
  for (const pair of location.hash.slice(1).split("&")) {
    const [key, ...value] = pair.split("=");
    if (key) state[decoded(key)] = decoded(value.join("="));
  }
  return state;
}

function addressOf() {
  const now = {
    kind: kindIndex === 0 ? "" : plan.description, view: view.name, job: state.selected === null ? "" : jobs[state.selected].name,
    layout: view.layout, edges: view.edges, absent: view.absent ? "1" : "", critical: view.critical ? "1" : "",
    base: view.base ? "1" : "0", group: view.group === null ? "" : view.group ? "1" : "0",
    lanes: view.openAll === null ? "" : view.openAll ? "open" : "closed", open: lanesThat(true), closed: lanesThat(false),
    groups: listed(view.groupsOpen), ...filter,
  };
  const pairs = Object.entries(now).filter(([key, value]) => value !== (KEYS[key] ?? ""));
  return `#${pairs.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join("&")}`;
}

let restoring = false;
function remember(how) {
  if (how === "push") isTyping = false;
  const address = addressOf();
  if (restoring || address === (location.hash || "#")) return;
  if (how === "push") history.pushState(null, "", address);
  else history.replaceState(null, "", address);
}

// Shows what the address says. What it names and the page does not have is left at its default.
function restore() {
  restoring = true;
  const address = { ...KEYS, ...readAddress() };
  const kind = data.kinds.findIndex((candidate) => candidate.description === address.kind);
  view.layout = address.layout === "needs" ? "needs" : "stages";
  view.edges = ["artifacts", "dotenv"].includes(address.edges) ? address.edges : "needs";
  view.absent = address.absent === "1";
  view.base = address.base !== "0";
  view.group = { 1: true, 0: false }[address.group] ?? null;
  for (const key of Object.keys(NO_FILTER)) filter[key] = address[key] ?? "";
  closePanel({ focus: false });
  showKind(Math.max(kind, 0));
  view.openAll = { open: true, closed: false }[address.lanes] ?? null;
  view.groupsOpen = new Set(unlisted(address.groups));
  const unitOf = new Map(data.units.map((unit, index) => [unit, index]));
  view.open = new Map([[address.open, true], [address.closed, false]].flatMap(([names, open]) => unlisted(names)
    .map((name) => [name === WORKSPACE_KEY ? null : unitOf.get(name), open])));
  // The fields show the filter of the URL, also if the kind stays the same.
  fillFilters();
  setCritical(address.critical === "1");
  showView(VIEWS.includes(address.view) ? address.view : "pipeline");
  const job = address.job && jobs.find((candidate) => candidate.name === address.job);
  if (job) openJob(job.index, { focus: false });
  restoring = false;
}
window.addEventListener("popstate", () => {
  isTyping = false;
  restore();
});
