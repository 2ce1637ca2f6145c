// The embedded plan, with what is derived from it: needs in both directions, and a text to search in.
const plan = JSON.parse(document.getElementById("plan").textContent);

const REASONS = {
  own_directory: "Own files changed",
  changes: "Watched files changed",
  template: "Template changed",
  depends_on: "Dependency changed",
  moved: "Moved",
  definition: "Definition changed",
  depended_on: "Dependency removed",
  deleted: "Directory removed",
  moved_to: "Moved elsewhere",
  needed_by: "Needed by another unit",
  workspace_file: "Workspace file changed",
  everything_glob: "A file of all units changed",
  all: "All units",
  asked: "Selected by name",
};
const TIERS = ["production", "staging", "testing", "development", "other"];
const WORKSPACE = "workspace";

const jobs = plan.jobs;
jobs.forEach((job, index) => {
  job.index = index;
  job.unitName = job.unit === null ? WORKSPACE : plan.units[job.unit].name;
  job.reasons = job.unit === null ? [] : plan.units[job.unit].reasons;
  job.after = [];
  job.label = job.multiplied ? `${job.short} ×${job.copies[1]}` : job.short;
});
// A job that its rules leave out needs nothing, and nothing waits for it.
jobs.forEach((job) => {
  const needs = job.out ? [] : job.needs || [];
  job.before = needs.filter((need) => need.job !== undefined && !jobs[need.job].out).map((need) => need.job);
});
jobs.forEach((job) => job.before.forEach((needed) => jobs[needed].after.push(job.index)));
jobs.forEach((job) => {
  const environment = job.environment;
  job.text = [
    job.name, job.unitName, plan.stages[job.stage], job.start,
    job.out ? `left out ${job.out}` : "", job.condition ? `conditional ${job.condition}` : "", job.trigger ? `triggers ${job.trigger}` : "",
    environment ? `${environment.name} ${environment.tier || ""} ${environment.action}` : "",
    ...job.reasons.map(([, text]) => text),
  ].join("\n").toLowerCase();
});

// The jobs that one needs, or that need it, directly or not.
function reach(index, edges) {
  const found = new Set();
  const queue = [index];
  while (queue.length) {
    for (const next of edges(jobs[queue.pop()])) {
      if (!found.has(next)) {
        found.add(next);
        queue.push(next);
      }
    }
  }
  return found;
}

function plural(count, one, many = `${one}s`) {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

// The number of jobs that GitLab makes: `6 jobs`, or `6 jobs, up to 8` if some depend on a condition.
function countOf(list) {
  const certain = list.reduce((sum, job) => sum + job.copies[0], 0);
  const possible = list.reduce((sum, job) => sum + job.copies[1], 0);
  return { certain, possible };
}

function countRange({ certain, possible }) {
  const from = certain.toLocaleString("en");
  return certain === possible ? from : `${from}–${possible.toLocaleString("en")}`;
}

function countWords({ certain, possible }, one, many = `${one}s`) {
  if (certain === possible) return plural(certain, one, many);
  if (certain === 0) return `up to ${plural(possible, one, many)}`;
  return `${plural(certain, one, many)}, up to ${possible.toLocaleString("en")}`;
}

// The action on an environment, in the words of the tree.
function deployWords(environment) {
  if (environment.action === "start") return `deploys to ${environment.name}`;
  if (environment.action === "stop") return `stops ${environment.name}`;
  return `${environment.action} ${environment.name}`;
}

function startWords(job) {
  if (job.out) return `left out by rules: ${job.out}`;
  if (job.start === "manual") return "manual";
  if (job.start === "delayed") return `starts after ${job.start_in}`;
  if (job.start === "on_failure") return "only on failure";
  return "automatic";
}

// An element: `el("button", { class: "card", onclick: f }, "text", child)`.
function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const ICONS = {
  automatic: '<circle cx="8" cy="8" r="6"/><path class="fill" d="M6.7 5.400v5.200L10.7 8z"/>',
  manual: '<circle cx="8" cy="8" r="6"/><path class="fill" d="M5.6 5.600h1.700v4.800H5.600zM8.7 5.600h1.700v4.800H8.700z"/>',
  delayed: '<circle cx="8" cy="8" r="6"/><path d="M8 4.800V8l2.2 1.6"/>',
  on_failure: '<circle cx="8" cy="8" r="6"/><path d="M8 4.900v3.800M8 10.700v.2"/>',
  trigger: '<path d="M3 8h7M7 4.500L10.5 8 7 11.500M13 3.500v9"/>',
  start: '<path d="M8 13V3.500M4 7.200L8 3.200l4 4"/>',
  stop: '<rect x="4" y="4" width="8" height="8" rx="1.5"/>',
  other: '<circle cx="8" cy="8" r="2.5"/><path d="M8 2.500v3M8 10.500v3M2.5 8h3M10.5 8h3"/>',
  close: '<path d="M4 4l8 8M12 4l-8 8"/>',
  chevron: '<path d="M6 4l4 4-4 4"/>',
  sun: '<circle cx="8" cy="8" r="3"/><path d="M8 1.500v1.500M8 13v1.500M1.5 8H3M13 8h1.500M3.4 3.400l1 1M11.6 11.600l1 1M12.6 3.400l-1 1M4.4 11.600l-1 1"/>',
  moon: '<path d="M13 9.600A5.6 5.6 0 0 1 6.4 3a5.5 5.5 0 1 0 6.6 6.600z"/>',
  auto: '<circle cx="8" cy="8" r="5.5"/><path class="fill" d="M8 2.500a5.5 5.5 0 0 1 0 11z"/>',
  copy: '<rect x="5.5" y="5.5" width="7.5" height="7.5" rx="1.5"/><path d="M10.5 3H4.500A1.5 1.5 0 0 0 3 4.500v6"/>',
};
function icon(name, extra = "") {
  const holder = document.createElement("span");
  holder.className = `i ${extra}`;
  holder.setAttribute("aria-hidden", "true");
  holder.innerHTML = `<svg viewBox="0 0 16 16">${ICONS[name]}</svg>`;
  return holder;
}
