// The filters, and the jobs that they leave.
const filter = { text: "", unit: "", stage: "", environment: "", reason: "" };
const fields = {
  text: document.getElementById("search"),
  unit: document.getElementById("by-unit"),
  stage: document.getElementById("by-stage"),
  environment: document.getElementById("by-environment"),
  reason: document.getElementById("by-reason"),
};

function isFiltered() {
  return Object.values(filter).some((value) => value !== "");
}

// All words must occur in the text of the job.
function matches(job, words) {
  if (filter.unit !== "" && job.unitName !== filter.unit) return false;
  if (filter.stage !== "" && plan.stages[job.stage] !== filter.stage) return false;
  if (filter.environment !== "" && job.environment?.name !== filter.environment) return false;
  if (filter.reason !== "" && !job.reasons.some(([kind]) => kind === filter.reason)) return false;
  return words.every((word) => job.text.includes(word));
}

function visibleJobs() {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  return jobs.filter((job) => matches(job, words));
}

function option(value, text) {
  return el("option", { value }, text);
}

function fillFilters() {
  const count = (values) => {
    const counts = new Map();
    values.forEach((value) => counts.set(value, (counts.get(value) || 0) + 1));
    return counts;
  };
  const units = count(jobs.map((job) => job.unitName));
  [...units].sort(([a], [b]) => a.localeCompare(b)).forEach(([unit, n]) => fields.unit.append(option(unit, `${unit} (${n})`)));
  const stages = count(jobs.map((job) => plan.stages[job.stage]));
  plan.stages.forEach((stage) => fields.stage.append(option(stage, `${stage} (${stages.get(stage)})`)));
  const environments = count(jobs.filter((job) => job.environment).map((job) => job.environment.name));
  environments.forEach((n, name) => fields.environment.append(option(name, `${name} (${n})`)));
  const reasons = count(jobs.flatMap((job) => [...new Set(job.reasons.map(([kind]) => kind))]));
  reasons.forEach((n, kind) => fields.reason.append(option(kind, `${REASONS[kind] || kind} (${n})`)));
  // A filter with one choice is useless.
  fields.environment.closest("label").hidden = environments.size === 0;
  fields.reason.closest("label").hidden = reasons.size < 2;
  fields.unit.closest("label").hidden = units.size < 2;
}

function setFilter(values) {
  Object.assign(filter, values);
  for (const [key, field] of Object.entries(fields)) field.value = filter[key];
  filtersChanged();
}

function clearFilters() {
  setFilter({ text: "", unit: "", stage: "", environment: "", reason: "" });
}

function filtersChanged() {
  document.getElementById("clear").hidden = !isFiltered();
  redraw();
}

for (const [key, field] of Object.entries(fields)) {
  field.addEventListener("input", () => {
    filter[key] = field.value;
    filtersChanged();
  });
}
document.getElementById("filters").addEventListener("submit", (event) => event.preventDefault());
document.getElementById("filters").addEventListener("reset", (event) => {
  event.preventDefault();
  clearFilters();
});
