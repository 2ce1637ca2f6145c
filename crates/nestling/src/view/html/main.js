// Puts the page together.
const BUILDERS = { pipeline: null, environments: environmentsView, units: unitsView, change: changeView, compared: comparedView, parts: partsView, problems: problemsView, cdk: cdkView };
const VIEWS = Object.keys(BUILDERS);

function showView(name) {
  const tab = document.getElementById(`tab-${name}`);
  view.name = tab.hidden ? "pipeline" : name;
  for (const other of VIEWS) {
    const otherTab = document.getElementById(`tab-${other}`);
    otherTab.setAttribute("aria-selected", String(other === view.name));
    otherTab.tabIndex = other === view.name ? 0 : -1;
    document.getElementById(`view-${other}`).hidden = other !== view.name;
  }
  document.body.dataset.view = view.name;
  reveal(document.getElementById(`tab-${view.name}`), document.querySelector(".tabs"));
  build(view.name);
  if (view.name === "pipeline") redraw();
}

// Scrolls a row of tabs, which is wider than a small window, to the one that is shown.
function reveal(tab, row) {
  const left = tab.getBoundingClientRect().left - row.getBoundingClientRect().left;
  if (left < 0) row.scrollLeft += left;
  else if (left + tab.offsetWidth > row.clientWidth) row.scrollLeft += left + tab.offsetWidth - row.clientWidth;
}

// Builds a view for the kind that is shown. Others keep what they have until they are opened.
function build(name) {
  const root = document.getElementById(`view-${name}`);
  if (BUILDERS[name] === null || root.dataset.kind === String(kindIndex)) return;
  root.replaceChildren();
  BUILDERS[name](root);
  root.dataset.kind = String(kindIndex);
}

for (const name of VIEWS) {
  const tab = document.getElementById(`tab-${name}`);
  tab.addEventListener("click", () => {
    showView(name);
    remember("push");
  });
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const open = VIEWS.filter((other) => !document.getElementById(`tab-${other}`).hidden);
    const other = open[(open.indexOf(name) + step + open.length) % open.length];
    showView(other);
    remember("push");
    document.getElementById(`tab-${other}`).focus();
  });
}

// Shows another kind of pipeline: everything but the theme follows.
function showKind(index) {
  if (plan !== null && index === kindIndex) return;
  closePanel({ focus: false });
  useKind(index);
  Object.assign(state, { hovered: null, focused: null, chain: null });
  setCritical(view.critical);
  kindTabs();
  header();
  fillFilters();
  tabCounts();
}

function kindTabs() {
  const list = document.getElementById("kinds");
  list.closest("nav").hidden = data.kinds.length < 2;
  if (data.kinds.length < 2) return;
  list.replaceChildren(...data.kinds.map((kind, index) => {
    const count = countRange({ certain: kind.count[0], possible: kind.count[1] });
    const difference = kind.difference ? signed(...kind.difference) : null;
    const show = () => {
      showKind(index);
      showView(view.name);
      remember("push");
      document.querySelectorAll("#kinds button")[index].focus();
    };
    return el("li", {}, el("button", { type: "button", "aria-current": index === kindIndex ? "true" : null, onclick: show },
      kind.description, " ", el("span", { class: "n" }, count), difference ? el("span", { class: "n", title: `compared with ${data.kinds[0].description}` }, ` ${difference}`) : null));
  }));
  reveal(list.children[kindIndex], list.closest("nav"));
}

function header() {
  document.getElementById("title").textContent = plan.description;
  const present = jobs.filter((job) => !job.out);
  const manual = countRange(countOfStart(present, "manual"));
  const deploys = countOf(present.filter((job) => job.environment?.action === "start"));
  const omitted = jobs.filter((job) => job.out && !job.removed).length;
  const selected = plan.units.filter((unit) => unit.verdict === "selected").length;
  const entries = [[`of ${plural(plan.all, "unit")}`, selected], ["jobs", countRange(countOf(present))], ["manual", manual], [deploys.possible === 1 ? "deployment" : "deployments", countRange(deploys)]];
  if (omitted) entries.push(["left out", omitted]);
  document.getElementById("counts").replaceChildren(...entries.map(([word, n]) => el("div", {}, el("dt", {}, word), el("dd", {}, n.toLocaleString("en")))));
  document.getElementById("provenance").replaceChildren(...[plan.extent, ...plan.provenance].map((text) => el("span", {}, ...prose(text))));
}

function tabCounts() {
  const count = (name, text) => { document.getElementById(`n-${name}`).textContent = text; };
  const has = (name, is) => { document.getElementById(`tab-${name}`).hidden = !is; };
  count("environments", environmentCount());
  count("units", `${chosenUnits().filter((unit) => unit.verdict !== "removed").length}/${plan.all}`);
  count("change", data.change.paths.length + (data.change.more || 0));
  const compared = comparedCounts();
  count("compared", compared ?? "");
  has("compared", compared !== null);
  document.getElementById("compared-word").textContent = kindIndex === 0 ? "Base" : "Compared";
  count("parts", data.parts?.length ?? "");
  has("parts", kindIndex === 0 && data.parts !== undefined);
  count("problems", problemCounts().map(([severity, n]) => plural(n, severity)).join(", "));
  has("problems", data.problems.length > 0);
  count("cdk", data.cdk.length);
  has("cdk", data.cdk.length > 0);
}

const THEMES = ["auto", "light", "dark"];
const THEME_WORDS = { auto: "as the system", light: "light", dark: "dark" };
function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  const button = document.getElementById("theme");
  button.replaceChildren(icon({ auto: "auto", light: "sun", dark: "moon" }[theme]));
  button.setAttribute("aria-label", `Theme: ${THEME_WORDS[theme]}`);
  button.title = `Theme: ${THEME_WORDS[theme]}`;
  try { localStorage.setItem("nestling-theme", theme); } catch { /* a page from a file may not keep anything */ }
}

function onClick(id, act) {
  document.getElementById(id).addEventListener("click", () => {
    act();
    redraw();
    remember("push");
  });
}
onClick("group", () => { view.group = !drawn.grouped; });
onClick("fold", () => {
  view.openAll = drawn.lanes.some((lane) => !lane.open);
  view.open.clear();
});
onClick("by-needs", () => { view.layout = view.layout === "needs" ? "stages" : "needs"; });
onClick("critical", () => setCritical(!view.critical));
onClick("absent", () => {
  view.absent = !view.absent;
  fillFilters();
});
onClick("layer", () => { view.base = !view.base; });
document.getElementById("edges").addEventListener("input", (event) => {
  view.edges = event.target.value;
  redraw();
  remember("push");
});
document.getElementById("nothing-clear").addEventListener("click", clearFilters);
document.getElementById("theme").addEventListener("click", () => {
  const now = THEMES.indexOf(document.documentElement.dataset.theme);
  setTheme(THEMES[(now + 1) % THEMES.length]);
});

// A page that is served follows the preview: it loads again when the preview has changed, with its state in the address.
function follow() {
  const events = new EventSource(`events${location.search}`);
  const live = document.getElementById("live");
  live.hidden = false;
  events.onmessage = (event) => { if (Number(event.data) !== data.live) location.reload(); };
  events.onopen = () => { live.textContent = "follows the preview"; };
  events.onerror = () => { live.textContent = "the preview has ended"; };
}

function start() {
  let theme = "auto";
  try { theme = localStorage.getItem("nestling-theme") || "auto"; } catch { /* as above */ }
  setTheme(THEMES.includes(theme) ? theme : "auto");
  if (data.base) {
    addRemovedJobs();
    document.getElementById("layer").hidden = false;
  }
  document.getElementById("edges").closest("label").hidden = !data.jobs.some((job) => job.artifacts);
  problemBanner();
  restore();
  let width = scroller.clientWidth;
  new ResizeObserver(() => {
    if (view.name !== "pipeline") return;
    if (scroller.clientWidth === width) return later();
    width = scroller.clientWidth;
    redraw();
  }).observe(scroller);
  if (data.live) follow();
}
start();
