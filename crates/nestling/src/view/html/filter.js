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

// The field in which the search found each shown job, and the line if that is its YAML.
let matched = new Map();
let matchedLine = new Map();

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
  return filter.start === "" || job.starts.includes(filter.start);
}

// The searched facts of a job in the order in which they are asked, each with the word for it. Only the name is a name.
function factsOf(job) {
  if (job.facts === undefined) {
    const environment = job.environment;
    const facts = [
      ["name", [job.name, ...(job.copy_names || [])]],
      ["unit", [job.unitName]],
      ["stage", [job.stageName]],
      ["environment", environment ? [environment.name, environment.tier || "", environment.action] : []],
      ["start", [...job.starts.map((start) => STARTS[start]), job.out ? "left out" : "", job.start_words || ""]],
      ["condition", job.condition ? ["conditional", job.condition] : []],
      ["trigger", job.trigger ? ["triggers", job.trigger.target] : []],
    ];
    job.facts = facts.map(([field, texts]) => [field, texts.join("\n").toLowerCase()]);
  }
  return filter.field === "name" ? job.facts.slice(0, 1) : job.facts;
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

// Each word is in a fact or in a line. The first field other than the name counts as the place of the match.
function matchOf(job, words, hits) {
  const facts = filter.field === "yaml" ? [] : factsOf(job);
  let found = "name";
  let line;
  for (const [index, word] of words.entries()) {
    const fact = facts.find(([, text]) => text.includes(word));
    if (fact) {
      if (found === "name") [found] = fact;
      continue;
    }
    // The first line is the job's own name.
    const hit = hits.length ? job.lines.slice(1).find((candidate) => hits[index].has(candidate)) : undefined;
    if (hit === undefined) return null;
    line ??= hit;
  }
  return line === undefined ? { field: found } : { field: "YAML", line };
}

function visibleJobs() {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  matched = new Map();
  matchedLine = new Map();
  const candidates = jobs.filter(passes);
  if (!words.length) return candidates;
  const hits = filter.field === "name" ? [] : linesWith(words);
  return candidates.filter((job) => {
    const match = matchOf(job, words, hits);
    if (match === null) return false;
    matched.set(job.index, match.field);
    if (match.line !== undefined) matchedLine.set(job.index, data.lines[match.line][0].trim());
    return true;
  });
}

// The numbers of jobs by the field that the search found them in, as the number of all is counted.
function matchWords(list) {
  const byField = new Map();
  for (const job of list.filter((job) => matched.has(job.index))) {
    addTo(byField, matched.get(job.index), job);
  }
  const parts = [...byField].map(([field, members]) => `${countRange(countOf(members))} by ${field}`);
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

// A closed field shows both ends of a long name, an open one whole names.
const WIDEST_OPTION = 22;
function shorten(field) {
  const option = field.selectedOptions?.[0];
  if (!option || option.value === "") return;
  option.whole ??= option.textContent;
  field.title = option.whole;
  option.textContent = cutMiddle(option.whole, WIDEST_OPTION);
}

function lengthen(field) {
  [...(field.options || [])].forEach((option) => { if (option.whole) option.textContent = option.whole; });
}

// The chosen value is among the options, whether the others are made or not.
function offer(field, value) {
  const entry = field.entries?.find(([candidate]) => candidate === value);
  if (entry && ![...field.options].some((option) => option.value === value)) field.append(choice(entry));
}

function addTo(lists, key, value) {
  if (lists.has(key)) lists.get(key).push(value);
  else lists.set(key, [value]);
}

function tally(values) {
  const counts = new Map();
  values.forEach((value) => counts.set(value, (counts.get(value) || 0) + 1));
  return counts;
}

// The jobs of each value, each value once for a job: `(4)`, or `(3–4)` where some are not certain, as the heads have it.
function numbered(list, valuesOf, count = countOf) {
  const members = new Map();
  for (const job of list) {
    for (const value of new Set(valuesOf(job))) addTo(members, value, job);
  }
  return new Map([...members].map(([value, own]) => [value, countRange(count(own, value))]));
}

function fillFilters() {
  const list = view.absent ? jobs : jobs.filter((job) => !job.out);
  const byUnit = numbered(list, (job) => [unitKey(job.unit)]);
  const shownUnit = (key) => (key === WORKSPACE_KEY ? "the workspace’s own" : key);
  fillFilter(fields.unit, "All units", [...byUnit].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, n]) => [key, `${shownUnit(key)} (${n})`]));
  const byStage = numbered(list, (job) => [job.stageName]);
  fillFilter(fields.stage, "All stages", plan.stages.filter((stage) => byStage.has(stage)).map((stage) => [stage, `${stage} (${byStage.get(stage)})`]));
  const environments = numbered(list, (job) => (job.environment ? [job.environment.name] : []));
  fillFilter(fields.environment, "All environments", [...environments].map(([name, n]) => [name, `${name} (${n})`]));
  const reasons = numbered(list, (job) => job.reasons.map(([kind]) => kind));
  fillFilter(fields.reason, "All reasons", [...reasons].map(([kind, n]) => [kind, `${REASONS[kind] || kind} (${n})`]));
  const starts = numbered(list, (job) => (job.condition ? [...job.starts, "conditional"] : job.starts),
    (own, start) => (start === "conditional" ? countOf(own) : countOfStart(own, start)));
  fillFilter(fields.start, "All starts", Object.keys(STARTS).filter((start) => starts.has(start)).map((start) => [start, `${STARTS[start]} (${starts.get(start)})`]));
  const parts = numbered(list, (job) => (partOf(job) ? [partOf(job).trigger] : []));
  fillFilter(fields.part, "All parts", [...parts].sort(([a], [b]) => partNumber(a) - partNumber(b)).map(([trigger, n]) => [trigger, `${trigger} (${n})`]));
  // A filter with one choice is useless.
  fields.part.closest("label").hidden = parts.size < 2;
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
    if (field.options) field.title = "";
    shorten(field);
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

// One step back undoes what was typed at a time, whatever its number of letters.
let isTyping = false;
fields.text.addEventListener("blur", () => { isTyping = false; });

for (const [key, field] of Object.entries(fields)) {
  for (const use of ["pointerdown", "focus", "keydown"]) field.addEventListener(use, () => fillWhole(field));
  for (const use of ["pointerdown", "keydown"]) field.addEventListener(use, () => lengthen(field));
  for (const use of ["blur", "change"]) field.addEventListener(use, () => shorten(field));
  field.addEventListener("input", () => {
    setFilter({ [key]: field.value });
    remember(key === "text" && isTyping ? "replace" : "push");
    isTyping = key === "text";
  });
}
document.getElementById("filters").addEventListener("submit", (event) => event.preventDefault());
document.getElementById("filters").addEventListener("reset", (event) => {
  event.preventDefault();
  clearFilters();
});
