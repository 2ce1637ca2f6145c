// One job in full: its rules, its reasons, its needs, its environment, and its YAML with the source of each line.
const panel = document.getElementById("panel");

function openJob(index, { focus = true } = {}) {
  const job = jobs[index];
  if (job.out && !job.removed) view.absent = true;
  if (job.removed) view.base = true;
  state.selected = index;
  state.hovered = null;
  panel.replaceChildren(...panelParts(job));
  panel.hidden = false;
  document.body.classList.add("with-panel");
  panel.scrollTop = 0;
  openGroupOf(job);
  // A URL may have both the job and a filter that hides it.
  if (!restoring && !passesAll(job)) Object.assign(filter, NO_FILTER), showFilter();
  redraw();
  const box = drawn?.boxOf.get(index);
  if (box && view.name === "pipeline") scrollTo(box);
  if (focus) panel.querySelector("h2").focus({ preventScroll: true });
}

function passesAll(job) {
  return !isFiltered() || visibleJobs().includes(job);
}

// The card of a job that is followed to must be there, not its group's.
function openGroupOf(job) {
  const name = job.short.replace(GROUP, "");
  if (name !== job.short && name !== "") view.groupsOpen.add(groupKey(job, name));
}

function closePanel({ focus = true } = {}) {
  if (panel.hidden) return;
  const index = state.selected;
  panel.hidden = true;
  document.body.classList.remove("with-panel");
  state.selected = null;
  redraw();
  if (focus && index !== null && view.name === "pipeline") focusJob(index);
}

function panelParts(job) {
  const close = () => { closePanel(); remember("push"); };
  const head = el("header", {},
    el("div", { class: "title" },
      el("p", { class: "quiet" }, job.unitName, el("span", { class: "sep" }, "/"), job.stageName),
      el("h2", { tabindex: "-1" }, job.label)),
    el("button", { type: "button", class: "icon", "aria-label": "Close", onclick: close }, icon("close")));
  const duration = measured() ? durationByName(job) : undefined;
  const badges = el("p", { class: "badges" },
    el("span", { class: `badge ${job.out ? "out" : job.start}` }, job.out ? null : icon(job.start), el("span", {}, ...prose(startWords(job)))),
    job.condition ? el("span", { class: "badge conditional" }, ...prose(`if ${job.condition}`)) : null,
    job.trigger ? el("span", { class: "badge" }, icon("trigger"), `triggers ${job.trigger.target}`) : null,
    job.multiplied ? el("span", { class: "badge" }, countWords(countOf([job]), "copy", "copies")) : null,
    duration === undefined ? null : el("span", { class: "badge" }, `takes ${timeWords(duration)}`),
    partOf(job) ? el("span", { class: "badge" }, icon("trigger"), `in ${partOf(job).trigger}`) : null,
    job.environment ? el("span", { class: `badge env ${job.environment.action}` }, deployWords(job.environment)) : null);
  return [head, badges, jobProblems(job), comparedPart(job), rulesPart(job), why(job), waits(job), neededBy(job), filesPart(job),
    copiesPart(job), triggerPart(job), environmentPart(job), cdkOfJob(job), yamlPart(job)].filter(Boolean);
}

function part(title, ...children) {
  return el("section", {}, el("h3", {}, title), ...children);
}

function why(job) {
  const title = job.out ? "Why its unit is selected" : "Why it runs";
  if (job.unit === null && job.short === NOOP) {
    const text = jobs.length === 1 ? "Nothing is selected, and GitLab refuses a child pipeline without jobs: this job stands in for them."
      : "GitLab refuses a child pipeline without jobs. The script says why no other job is certain.";
    return part(title, el("p", {}, text));
  }
  if (job.unit === null) return part(title, el("p", {}, "Every pipeline has the jobs of the workspace."));
  return part(title, el("ul", { class: "reasons" }, job.reasons.map(([, text]) => el("li", {}, ...prose(text)))));
}

function link(index, note) {
  const job = jobs[index];
  return el("li", {}, el("button", { type: "button", class: "link", "data-follow": index, onclick: () => followTo(index) },
    icon(job.start), middle(job.name, "to"), note ? el("span", { class: "tag" }, note) : null));
}

// Follows a need. A filter that hides the job is cleared.
function followTo(index) {
  showView("pipeline");
  openJob(index);
  remember("push");
}

function waits(job) {
  if (job.out) return null;
  if (job.needs === null) {
    return part("Waits for", el("p", {}, job.stageAt === 0 ? "Nothing: it is in the first stage." : "All jobs of earlier stages."));
  }
  const needs = job.needs.filter((need) => need.index === undefined || !jobs[need.index].out);
  const absent = job.needs.length - needs.length;
  const note = absent ? el("p", { class: "quiet" }, `${plural(absent, "needed job")} left out by rules`) : null;
  if (!needs.length) return part("Waits for", el("p", {}, "Nothing: it starts immediately."), note);
  // A need that is optional and not in this pipeline is not waited for.
  const absentNames = needs.filter((need) => need.index === undefined && need.optional);
  const waited = needs.filter((need) => !absentNames.includes(need));
  return part(waited.length ? `Waits for ${plural(waited.length, "job")}` : "Waits for",
    waited.length ? el("ul", { class: "jobs" }, waited.map((need) =>
      need.index !== undefined ? link(need.index, need.optional ? "optional" : null) : el("li", { class: "elsewhere" }, need.name)))
      : el("p", {}, "Nothing: it starts immediately."),
    absentNames.length ? el("p", { class: "quiet" }, `not in this pipeline, and optional: ${absentNames.map((need) => need.name).join(", ")}`) : null, note);
}

const MOST_LINKS = 40;
function neededBy(job) {
  if (!job.after.length) return null;
  const rest = job.after.length - MOST_LINKS;
  return part(`Needed by ${plural(job.after.length, "job")}`,
    el("ul", { class: "jobs" }, job.after.slice(0, MOST_LINKS).map((index) => link(index, null)),
      rest > 0 ? el("li", { class: "quiet" }, `and ${rest} more`) : null));
}

// The files and variables that the job gets from others.
function filesPart(job) {
  const from = edgesInto(job, "artifacts");
  if (!from.length) return null;
  const rest = from.length - MOST_LINKS;
  return part(`Downloads from ${plural(from.length, "job")}`,
    el("ul", { class: "jobs" }, from.slice(0, MOST_LINKS).map((index) => link(index, jobs[index].artifacts === "dotenv" ? "variables" : "files")),
      rest > 0 ? el("li", { class: "quiet" }, `and ${rest} more`) : null));
}

function copiesPart(job) {
  if (!job.multiplied) return null;
  return el("section", {}, el("details", {}, el("summary", {}, `The ${plural(job.copy_names.length, "copy", "copies")} that GitLab makes`),
    el("ul", { class: "plain-list" }, job.copy_names.map((name) => el("li", {}, name)))));
}

function triggerPart(job) {
  const { trigger } = job;
  if (!trigger) return null;
  const rows = [["Starts", trigger.target], ["Branch", trigger.branch], ["Strategy", trigger.strategy], ["From", trigger.files?.join(", ")]];
  const byName = derived(kindIndex).byName;
  const makers = (trigger.from_jobs || []).map((name) => byName.get(name)).filter((index) => index !== undefined);
  return part("Pipeline that it starts", factList(rows), makers.length ? el("ul", { class: "jobs" }, makers.map((index) => link(index, "makes the file"))) : null, ...childPart(trigger));
}

function factList(rows) {
  return el("dl", { class: "facts" }, rows.filter(([, value]) => value).flatMap(([key, value]) => [el("dt", {}, key), el("dd", {}, value)]));
}

function environmentPart(job) {
  const environment = job.environment;
  if (!environment) return null;
  return part("Environment", factList([["Name", environment.name], ["Action", environment.action], ["Tier", environment.tier], ["URL", environment.url], ["Stops automatically after", environment.auto_stop_in]]));
}
