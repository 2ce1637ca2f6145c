// Levels: how many needs deep a job is, within its stage or within the whole pipeline, and the path that takes longest.

// Returns the level of each job by its needs among the jobs that `counts` accepts. Jobs of a circle are on level 0.
function levelsOf(list, counts) {
  const waiting = new Map();
  const level = new Map(list.map((job) => [job.index, 0]));
  const ready = [];
  for (const job of list) {
    const own = job.before.filter((needed) => counts(job, jobs[needed]));
    waiting.set(job.index, own.length);
    if (!own.length) ready.push(job);
  }
  while (ready.length) {
    const job = ready.pop();
    for (const index of job.after) {
      const next = jobs[index];
      if (!waiting.has(index) || !counts(next, job)) continue;
      level.set(index, Math.max(level.get(index), level.get(job.index) + 1));
      waiting.set(index, waiting.get(index) - 1);
      if (waiting.get(index) === 0) ready.push(next);
    }
  }
  return level;
}

function stageLevels(list) {
  return levelsOf(list, (job, needed) => job.stage === needed.stage);
}

// Levels of the whole pipeline. A job without `needs` comes after all levels of earlier stages.
function needLevels(list) {
  const level = new Map();
  const stages = new Map();
  list.forEach((job) => addTo(stages, job.stageAt, job));
  const visiting = new Set();
  let floor = 0;
  const floors = new Map();
  const order = [...stages.keys()].sort((a, b) => a - b);
  const of = (job) => {
    if (level.has(job.index)) return level.get(job.index);
    if (visiting.has(job.index)) return 0;
    visiting.add(job.index);
    let own = job.needs === null ? floors.get(job.stageAt) ?? 0 : 0;
    for (const needed of job.before) own = Math.max(own, shallow(needed) + 1);
    visiting.delete(job.index);
    level.set(job.index, own);
    return own;
  };
  const shallow = (index) => level.get(index) ?? of(jobs[index]);
  for (const stage of order) {
    floors.set(stage, floor);
    stages.get(stage).forEach(of);
    for (const job of stages.get(stage)) floor = Math.max(floor, level.get(job.index) + 1);
  }
  return level;
}

// The duration of a job: measured, or one step of equal length.
function durationOf(job) {
  if (job.out) return 0;
  return measured() ? durationByName(job) ?? 0 : 1;
}

function durationByName(job) {
  if (data.durations[job.name] !== undefined) return data.durations[job.name];
  const copies = (job.copy_names || []).map((name) => data.durations[name]).filter((value) => value !== undefined);
  return copies.length ? Math.max(...copies) : undefined;
}

function measured() {
  return data.durations !== undefined && Object.keys(data.durations).length > 0;
}

// The jobs of the longest path from start to end, with its length. Manual jobs wait for a person and are not on it.
function criticalPath() {
  const list = jobs.filter((job) => !job.out && job.start !== "manual");
  const order = [...list].sort((a, b) => a.stageAt - b.stageAt || topLevel(a) - topLevel(b));
  const finish = new Map();
  const from = new Map();
  let stageEnd = null; // the job of earlier stages that finishes last
  let ofStage = null;
  let at = -1;
  const later = (a, b) => (a === null ? b : b === null || finish.get(a) >= finish.get(b) ? a : b);
  for (const job of order) {
    if (job.stageAt !== at) {
      stageEnd = later(stageEnd, ofStage);
      ofStage = null;
      at = job.stageAt;
    }
    const before = job.needs === null ? (stageEnd === null ? [] : [stageEnd]) : job.before.filter((index) => finish.has(index));
    const last = before.reduce((best, index) => later(best, index), null);
    finish.set(job.index, (last === null ? 0 : finish.get(last)) + durationOf(job));
    from.set(job.index, last);
    ofStage = later(ofStage, job.index);
  }
  let end = [...finish.keys()].reduce((best, index) => later(best, index), null);
  const path = new Set();
  const length = end === null ? 0 : finish.get(end);
  for (; end !== null && end !== undefined; end = from.get(end)) path.add(end);
  return { path, length };
}

let levelCache = new Map();
function topLevel(job) {
  if (!levelCache.has(kindIndex)) levelCache.set(kindIndex, needLevels(jobs.filter((other) => !other.out)));
  return levelCache.get(kindIndex).get(job.index) ?? 0;
}
