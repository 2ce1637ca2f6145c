// The embedded data, and what is derived from it for the kind of pipeline that is shown.
const data = JSON.parse(document.getElementById("plan").textContent);

const REASONS = {
  own_directory: "Own files changed",
  changes: "Watched files changed",
  link: "Linked files changed",
  moved: "Moved",
  definition: "Definition changed",
  template: "Template changed",
  depends_on: "Dependency changed",
  depended_on: "Dependency removed",
  deleted: "Directory removed",
  moved_to: "Moved elsewhere",
  needed_by: "Needed by another unit",
  workspace_file: "Workspace file changed",
  everything_glob: "A file of all units changed",
  unclaimed: "A file of no unit changed",
  owed: "Not passed yet",
  all: "All units",
  asked: "Selected by name",
};
const TIERS = ["production", "staging", "testing", "development", "other"];
// The jobs of the workspace have no unit. A unit may have this name as well, so units are told apart by their index.
const WORKSPACE = "workspace";
const NOOP = "nothing to do";

let kindIndex = 0;
let plan = null; // the kind that is shown
let jobs = [];
let units = new Map(); // index of a unit -> its record in this kind
const kinds = new Map(); // derived kinds: made when they are first opened

function nameOf(index) {
  const [unit, short] = data.names[index];
  return unit === null ? short : `${data.units[unit]}:${short}`;
}

function unitName(unit) {
  return unit === null ? WORKSPACE : data.units[unit];
}

function derived(index) {
  if (!kinds.has(index)) kinds.set(index, derive(data.kinds[index]));
  return kinds.get(index);
}

function useKind(index) {
  kindIndex = index;
  ({ plan, jobs, units } = derived(index));
}

function derive(kind) {
  const own = new Map(kind.units.map((unit) => [unit.unit, unit]));
  const stageAt = new Map(kind.stages.map((stage, at) => [stage, at]));
  const list = kind.jobs.map((record, index) => deriveJob(data.jobs[record], index, own, stageAt));
  const byName = new Map(list.map((job) => [job.nameIndex, job.index]));
  for (const job of list) deriveNeeds(job, byName, list);
  list.forEach((job) => job.before.forEach((needed) => list[needed].after.push(job.index)));
  const shown = { ...kind, stages: kind.stages.map((stage) => data.stages[stage]) };
  return { plan: shown, jobs: list, units: own, byName };
}

function deriveJob(record, index, own, stageAt) {
  const [unit, short] = data.names[record.name];
  const copies = record.copies || [1, 1];
  const multiplied = (record.copy_names || []).length > 0;
  return {
    ...record, index, unit, short, copies, multiplied, nameIndex: record.name,
    name: nameOf(record.name),
    unitName: unitName(unit),
    start: record.start || "automatic",
    starts: record.starts || [record.start || "automatic"],
    startCopies: record.start_copies || [copies],
    stageAt: stageAt.get(record.stage) ?? 0,
    stageName: data.stages[record.stage],
    reasons: unit === null ? [] : (own.get(unit)?.reasons || []).map(([kind, text]) => [kind, data.texts[text]]),
    label: multiplied ? `${short} ×${copies[1]}` : short,
    after: [], before: [],
  };
}

// A job that its rules leave out needs nothing, and nothing waits for it.
function deriveNeeds(job, byName, list) {
  job.needs = !job.needs ? null : job.needs.map((need) => {
    const whole = typeof need === "number" ? { job: need } : need;
    const index = whole.job === undefined ? undefined : byName.get(whole.job);
    const name = whole.job === undefined ? whole.elsewhere : nameOf(whole.job);
    return { index, name, optional: Boolean(whole.optional), artifacts: !whole.without_artifacts };
  });
  if (job.out) return;
  const present = (job.needs || []).filter((need) => need.index !== undefined && !list[need.index].out);
  job.before = [...new Set(present.map((need) => need.index))];
}

// The jobs that one needs, or that need it, directly or not.
function reach(index, edges) {
  const seen = new Set();
  const queue = [index];
  while (queue.length) {
    for (const next of edges(jobs[queue.pop()])) {
      if (!seen.has(next)) {
        seen.add(next);
        queue.push(next);
      }
    }
  }
  return seen;
}
