// The filters, and the jobs that they leave. A search looks at names and facts, or at the YAML, and says which one matched.
const NO_FILTER = { text: "", field: "", unit: "", stage: "", environment: "", reason: "", start: "", part: "" };
const filter = { ...NO_FILTER };
const view = {
  name: "pipeline", layout: "stages", group: null, open: new Map(), openAll: null, groupsOpen: new Set(),
  absent: false, edges: "needs", critical: false, base: true,
};
const fields = {
  text: document.getElementById("search"),
  field: document.getElementById("search-in"),
  unit: document.getElementById("by-unit"),
  stage: document.getElementById("by-stage"),
  environment: document.getElementById("by-environment"),
  reason: document.getElementById("by-reason"),
  start: document.getElementById("by-start"),
  part: document.getElementById("by-part"),
};
const WORKSPACE_KEY = ":"; // no unit has this name
const STARTS = { automatic: "automatic", manual: "manual", delayed: "delayed", on_failure: "only on failure", conditional: "conditional" };

// The line of each shown job that the search found by its YAML, and the numbers of those found by name and by YAML.
let matchedLine = new Map();
let matchCounts = { name: 0, yaml: 0 };

function isFiltered() {
  return Object.entries(filter).some(([key, value]) => key !== "field" && value !== "");
}

function unitKey(unit) {
  return unit === null ? WORKSPACE_KEY : data.units[unit];
}

function passes(job) {
  if (job.removed ? !view.base : job.out && !view.absent) return false;
  if (filter.unit !== "" && unitKey(job.unit) !== filter.unit) return false;
  if (filter.stage !== "" && job.stageName !== filter.stage) return false;
  if (filter.environment !== "" && job.environment?.name !== filter.environment) return false;
  if (filter.reason !== "" && !job.reasons.some(([kind]) => kind === filter.reason)) return false;
  if (filter.part !== "" && partOf(job)?.trigger !== filter.part) return false;
  if (filter.start === "conditional") return Boolean(job.condition);
  return filter.start === "" || job.start === filter.start;
}

function textOf(job) {
  if (job.text === undefined) {
    const environment = job.environment;
    job.text = [
      job.name, job.unitName, job.stageName, STARTS[job.start], job.condition ? `conditional ${job.condition}` : "",
      job.out ? "left out" : "", job.trigger ? `triggers ${job.trigger.target}` : "", ...(job.copy_names || []),
      environment ? `${environment.name} ${environment.tier || ""} ${environment.action}` : "",
    ].join("\n").toLowerCase();
  }
  return job.text;
}

let lowerLines = null;
// The indices of the lines that contain each of the words.
function linesWith(words) {
  lowerLines ??= data.lines.map(([text]) => text.toLowerCase());
  return words.map((word) => {
    const hits = new Set();
    lowerLines.forEach((line, index) => { if (line.includes(word)) hits.add(index); });
    return hits;
  });
}

function visibleJobs() {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  matchedLine = new Map();
  matchCounts = { name: 0, yaml: 0 };
  const candidates = jobs.filter(passes);
  if (!words.length) return candidates;
  const hits = filter.field === "name" ? [] : linesWith(words);
  return candidates.filter((job) => {
    if (filter.field !== "yaml" && words.every((word) => textOf(job).includes(word))) {
      matchCounts.name += 1;
      return true;
    }
    if (filter.field === "name") return false;
    // The first line is the job's own name, which is the other field.
    const lines = hits.map((lines) => job.lines.slice(1).find((line) => lines.has(line)));
    if (lines.some((line) => line === undefined)) return false;
    matchedLine.set(job.index, data.lines[lines[0]][0].trim());
    matchCounts.yaml += 1;
    return true;
  });
}

function matchWords() {
  if (filter.text.trim() === "") return "";
  const parts = [];
  if (matchCounts.name) parts.push(`${matchCounts.name.toLocaleString("en")} by name`);
  if (matchCounts.yaml) parts.push(`${matchCounts.yaml.toLocaleString("en")} by YAML`);
  return parts.length ? `: ${parts.join(", ")}` : "";
}

const MOST_OPTIONS = 200;
const choice = ([value, text]) => el("option", { value }, text);
// Thousands of options are made when somebody uses their field.
function fillFilter(field, all, entries) {
  field.entries = entries.length > MOST_OPTIONS ? entries : null;
  field.replaceChildren(choice(["", all]), ...(field.entries ? [] : entries.map(choice)));
}

function fillWhole(field) {
  if (!field.entries) return;
  const { value } = field;
  field.replaceChildren(field.options[0], ...field.entries.map(choice));
  field.entries = null;
  field.value = value;
}

// The chosen value is among the options, whether the others are made or not.
function offer(field, value) {
  const entry = field.entries?.find(([candidate]) => candidate === value);
  if (entry && ![...field.options].some((option) => option.value === value)) field.append(choice(entry));
}

function tally(values) {
  const counts = new Map();
  values.forEach((value) => counts.set(value, (counts.get(value) || 0) + 1));
  return counts;
}

function fillFilters() {
  const list = view.absent ? jobs : jobs.filter((job) => !job.out);
  const byUnit = tally(list.map((job) => unitKey(job.unit)));
  const shownUnit = (key) => (key === WORKSPACE_KEY ? "the workspace’s own" : key);
  fillFilter(fields.unit, "All units", [...byUnit].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, n]) => [key, `${shownUnit(key)} (${n})`]));
  const byStage = tally(list.map((job) => job.stageName));
  fillFilter(fields.stage, "All stages", plan.stages.filter((stage) => byStage.has(stage)).map((stage) => [stage, `${stage} (${byStage.get(stage)})`]));
  const environments = tally(list.filter((job) => job.environment).map((job) => job.environment.name));
  fillFilter(fields.environment, "All environments", [...environments].map(([name, n]) => [name, `${name} (${n})`]));
  const reasons = tally(list.flatMap((job) => [...new Set(job.reasons.map(([kind]) => kind))]));
  fillFilter(fields.reason, "All reasons", [...reasons].map(([kind, n]) => [kind, `${REASONS[kind] || kind} (${n})`]));
  const starts = tally(list.flatMap((job) => (job.condition ? [job.start, "conditional"] : [job.start])));
  fillFilter(fields.start, "All starts", Object.keys(STARTS).filter((start) => starts.has(start)).map((start) => [start, `${STARTS[start]} (${starts.get(start)})`]));
  const parts = kindIndex === 0 ? data.parts || [] : [];
  fillFilter(fields.part, "All parts", parts.map((part) => [part.trigger, `${part.trigger} (${part.jobs.length})`]));
  // A filter with one choice is useless.
  fields.part.closest("label").hidden = parts.length < 2;
  fields.unit.closest("label").hidden = byUnit.size < 2;
  fields.stage.closest("label").hidden = byStage.size < 2;
  fields.environment.closest("label").hidden = environments.size === 0;
  fields.reason.closest("label").hidden = reasons.size < 2;
  fields.start.closest("label").hidden = starts.size < 2;
  showFilter();
}

// A value that this kind of pipeline does not have cannot be shown by its field: the filter is dropped.
function showFilter() {
  for (const [key, field] of Object.entries(fields)) {
    offer(field, filter[key]);
    field.value = filter[key];
    if (field.value !== filter[key]) filter[key] = field.value = "";
  }
  document.getElementById("clear").hidden = !isFiltered();
}

function setFilter(values) {
  Object.assign(filter, values);
  showFilter();
  redraw();
}

function clearFilters() {
  setFilter({ ...NO_FILTER });
  remember("push");
}

for (const [key, field] of Object.entries(fields)) {
  for (const use of ["pointerdown", "focus", "keydown"]) field.addEventListener(use, () => fillWhole(field));
  field.addEventListener("input", () => {
    setFilter({ [key]: field.value });
    remember(key === "text" ? "replace" : "push");
  });
}
document.getElementById("filters").addEventListener("submit", (event) => event.preventDefault());
document.getElementById("filters").addEventListener("reset", (event) => {
  event.preventDefault();
  clearFilters();
});
