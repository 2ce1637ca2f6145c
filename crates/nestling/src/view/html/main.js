// Puts the page together.
const VIEWS = ["pipeline", "environments", "units"];

function showView(name) {
  for (const other of VIEWS) {
    const tab = document.getElementById(`tab-${other}`);
    tab.setAttribute("aria-selected", String(other === name));
    tab.tabIndex = other === name ? 0 : -1;
    document.getElementById(`view-${other}`).hidden = other !== name;
  }
  document.body.dataset.view = name;
  if (name === "pipeline") redraw();
}

for (const name of VIEWS) {
  const tab = document.getElementById(`tab-${name}`);
  tab.addEventListener("click", () => showView(name));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const other = VIEWS[(VIEWS.indexOf(name) + step + VIEWS.length) % VIEWS.length];
    showView(other);
    document.getElementById(`tab-${other}`).focus();
  });
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
document.getElementById("theme").addEventListener("click", () => {
  const now = THEMES.indexOf(document.documentElement.dataset.theme);
  setTheme(THEMES[(now + 1) % THEMES.length]);
});

document.getElementById("group").addEventListener("click", () => {
  view.group = !drawn.grouped;
  redraw();
});
document.getElementById("fold").addEventListener("click", () => {
  view.openAll = drawn.lanes.some((lane) => !lane.open);
  view.open.clear();
  redraw();
});
document.getElementById("nothing-clear").addEventListener("click", clearFilters);

function counts() {
  const manual = countOf(jobs.filter((job) => job.start === "manual")).possible;
  const deploys = countOf(jobs.filter((job) => job.environment?.action === "start"));
  const omitted = jobs.filter((job) => job.out).length;
  const selected = plan.units.filter((unit) => unit.verdict === "selected").length;
  const entries = [[`of ${plural(plan.units.length, "unit")}`, selected], ["jobs", countRange(countOf(jobs))], ["manual", manual], [deploys.possible === 1 ? "deployment" : "deployments", countRange(deploys)]];
  if (omitted) entries.push(["left out", omitted]);
  document.getElementById("counts").append(...entries.map(([word, n]) => el("div", {}, el("dt", {}, word), el("dd", {}, n.toLocaleString("en")))));
  document.getElementById("provenance").append(...[plan.extent, ...plan.provenance].map((text) => el("span", {}, text)));
}

function start() {
  let theme = "auto";
  try { theme = localStorage.getItem("nestling-theme") || "auto"; } catch { /* as above */ }
  setTheme(THEMES.includes(theme) ? theme : "auto");
  counts();
  fillFilters();
  environmentsView();
  unitsView();
  problemsView();
  showView("pipeline");
  const wanted = /^#job=(.+)$/.exec(location.hash);
  const job = wanted && jobs.find((candidate) => candidate.name === decodeURIComponent(wanted[1]));
  if (job) openJob(job.index, { keep: true });
  let width = scroller.clientWidth;
  new ResizeObserver(() => {
    if (document.getElementById("view-pipeline").hidden) return;
    if (scroller.clientWidth === width) return later();
    width = scroller.clientWidth;
    redraw();
  }).observe(scroller);
}
start();
