// One job in full: its reasons, its needs, its environment, and its YAML with the source of each line.
const NOOP = "nothing to do";
const panel = document.getElementById("panel");

function openJob(index, { keep = false } = {}) {
  const job = jobs[index];
  state.selected = index;
  state.hovered = null;
  panel.replaceChildren(...panelParts(job));
  const opened = panel.hidden;
  panel.hidden = false;
  document.body.classList.add("with-panel");
  panel.scrollTop = 0;
  if (!keep) history.replaceState(null, "", `#job=${encodeURIComponent(job.name)}`);
  if (opened) redraw();
  restate();
  const box = drawn.boxOf.get(index);
  if (box) scrollTo(box);
  panel.querySelector("h2").focus({ preventScroll: true });
}

function closePanel() {
  const index = state.selected;
  panel.hidden = true;
  document.body.classList.remove("with-panel");
  state.selected = null;
  history.replaceState(null, "", "#");
  redraw();
  restate();
  if (index !== null && !document.getElementById("view-pipeline").hidden) focusJob(index);
}

function panelParts(job) {
  const head = el("header", {},
    el("div", { class: "title" },
      el("p", { class: "quiet" }, job.unitName, el("span", { class: "sep" }, "/"), plan.stages[job.stage]),
      el("h2", { tabindex: "-1" }, job.label)),
    el("button", { type: "button", class: "icon", "aria-label": "Close", onclick: closePanel }, icon("close")));
  const badges = el("p", { class: "badges" },
    el("span", { class: `badge ${job.out ? "out" : job.start}` }, job.out ? null : icon(job.start), startWords(job)),
    job.condition ? el("span", { class: "badge conditional" }, `if ${job.condition}`) : null,
    job.trigger ? el("span", { class: "badge" }, icon("trigger"), `triggers ${job.trigger}`) : null,
    job.multiplied ? el("span", { class: "badge" }, countWords(countOf([job]), "copy", "copies")) : null,
    job.environment ? el("span", { class: `badge env ${job.environment.action}` }, deployWords(job.environment)) : null);
  return [head, badges, why(job), waits(job), neededBy(job), environmentPart(job), yamlPart(job)].filter(Boolean);
}

function part(title, ...children) {
  return el("section", {}, el("h3", {}, title), ...children);
}

function why(job) {
  const title = job.out ? "Why its unit is selected" : "Why it runs";
  if (job.unit === null && job.name === NOOP) return part(title, el("p", {}, "GitLab refuses a child pipeline without jobs. The script says why no other job is certain."));
  if (!job.reasons.length) return part(title, el("p", {}, "Every pipeline has the jobs of the workspace."));
  return part(title, el("ul", { class: "reasons" }, job.reasons.map(([, text]) => el("li", {}, text))));
}

function link(index, note) {
  const job = jobs[index];
  return el("li", {}, el("button", { type: "button", class: "link", "data-follow": index, onclick: () => followTo(index) },
    icon(job.start), el("span", { class: "cut" }, job.name), note ? el("span", { class: "tag" }, note) : null));
}

// Follows a need. A filter that hides the job is cleared.
function followTo(index) {
  if (!shown.includes(jobs[index])) clearFilters();
  showView("pipeline");
  openJob(index);
}

function waits(job) {
  if (job.out) return null;
  if (job.needs === null) {
    return part("Waits for", el("p", {}, job.stage === 0 ? "Nothing: it is in the first stage." : "All jobs of earlier stages."));
  }
  const needs = job.needs.filter((need) => need.job === undefined || !jobs[need.job].out);
  const absent = job.needs.length - needs.length;
  const note = absent ? el("p", { class: "quiet" }, `${plural(absent, "needed job")} left out by rules`) : null;
  if (!needs.length) return part("Waits for", el("p", {}, "Nothing: it starts immediately."), note);
  return part(`Waits for ${plural(needs.length, "job")}`, el("ul", { class: "jobs" }, needs.map((need) =>
    need.job !== undefined ? link(need.job, need.optional ? "optional" : null) : el("li", { class: "elsewhere" }, need.name))), note);
}

const MOST_LINKS = 40;
function neededBy(job) {
  if (!job.after.length) return null;
  const rest = job.after.length - MOST_LINKS;
  return part(`Needed by ${plural(job.after.length, "job")}`,
    el("ul", { class: "jobs" }, job.after.slice(0, MOST_LINKS).map((index) => link(index, null)),
      rest > 0 ? el("li", { class: "quiet" }, `and ${rest} more`) : null));
}

function environmentPart(job) {
  const environment = job.environment;
  if (!environment) return null;
  const rows = [["Name", environment.name], ["Action", environment.action], ["Tier", environment.tier], ["URL", environment.url], ["Stops automatically after", environment.auto_stop_in]];
  return part("Environment", el("dl", { class: "facts" }, rows.filter(([, value]) => value).flatMap(([key, value]) => [el("dt", {}, key), el("dd", {}, value)])));
}

function yamlPart(job) {
  const lines = job.yaml.split("\n");
  const used = [...new Set(lines.map((_, index) => job.origins[2 * index]))];
  const body = el("div", { class: "yaml", role: "group", "aria-label": "YAML with the source of each line", tabindex: "0" });
  let last = "";
  lines.forEach((line, index) => {
    const file = job.origins[2 * index], number = job.origins[2 * index + 1];
    const place = `${plan.files[file]}:${number}`;
    const named = last.startsWith(`${plan.files[file]}:`) ? "" : base(plan.files[file]);
    const row = el("div", { class: "row", title: place },
      el("span", { class: `from f${used.indexOf(file) % 6}` }, place === last ? [] : [el("span", { class: "cut" }, named), `:${number}`]),
      el("code", {}, ...colored(line)));
    last = place;
    body.append(row);
  });
  const copy = el("button", { type: "button", class: "plain copy", onclick: () => copyText(copy, job.yaml) }, icon("copy"), "Copy");
  const legend = el("ul", { class: "legend" }, used.map((file, index) => el("li", {}, el("span", { class: `swatch f${index % 6}` }), plan.files[file])));
  return el("section", {}, el("div", { class: "with-button" }, el("h3", {}, "YAML"), copy), legend, body);
}

function base(path) {
  return path.split("/").pop();
}

function copyText(button, text) {
  const say = (word) => {
    button.lastChild.textContent = word;
    setTimeout(() => { button.lastChild.textContent = "Copy"; }, 1500);
  };
  if (!navigator.clipboard) return say("Not available");
  navigator.clipboard.writeText(text).then(() => say("Copied"), () => say("Not allowed"));
}

// Keys apart from values is all the color that a job needs.
function colored(line) {
  const match = /^(\s*(?:- )*)("[^"]*"|[^\s:"][^:]*)(:)(\s.*)?$/.exec(line);
  if (!match) return [line || " "];
  return [match[1], el("span", { class: "key" }, match[2]), match[3], match[4] || ""];
}
