// Numbers, counts and facts of jobs in words.
function plural(count, one, many = `${one}s`) {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

// The numbers of jobs that GitLab makes for certain, and at most.
function countOf(list) {
  const certain = list.reduce((sum, job) => sum + job.copies[0], 0);
  const possible = list.reduce((sum, job) => sum + job.copies[1], 0);
  return { certain, possible };
}

// The same of the copies that start in this way: of a job that may be manual, none is for certain.
function countOfStart(list, start) {
  const of = (job) => job.startCopies[job.starts.indexOf(start)] || [0, 0];
  const sum = (at) => list.reduce((total, job) => total + of(job)[at], 0);
  return { certain: sum(0), possible: sum(1) };
}

function countRange({ certain, possible }) {
  const from = certain.toLocaleString("en");
  return certain === possible ? from : `${from}–${possible.toLocaleString("en")}`;
}

// `6 jobs`, or `6 jobs, up to 8` if some depend on a condition.
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
  if (job.removed) return job.out;
  if (job.out) return `left out by rules: ${job.out}`;
  if (job.start === "varies") return job.start_words;
  if (job.start === "manual") return "manual";
  if (job.start === "delayed") return `starts after ${job.start_in}`;
  if (job.start === "on_failure") return "only on failure";
  return "automatic";
}

// Presence and start in full, as one kind of pipeline differs from another.
function presenceText(job) {
  const copies = job.multiplied ? `${countWords(countOf([job]), "copy", "copies")}, ` : "";
  return `${copies}${job.condition ? `if ${job.condition}` : "always"}`;
}

function startText(job) {
  return job.start === "delayed" ? `after ${job.start_in}` : startWords(job);
}

// The start of a job whose start depends on a condition, in a few words: `may be manual`.
function mayWords(job) {
  const others = job.starts.filter((start) => start !== "automatic").map((start) => ({ manual: "manual", delayed: "delayed", on_failure: "only on failure" })[start]);
  return others.length ? `may be ${others.join(" or ")}` : "";
}

function withoutTicks(text) {
  return text.replaceAll("`", "");
}

function waitWords(job) {
  if (job.needs === null) return job.stageAt === 0 ? "starts at once" : "after earlier stages";
  return job.before.length ? `needs ${plural(job.before.length, "job")}` : "starts at once";
}

// Seconds as a person writes them: `45 s`, `3 min 20 s`, `1 h 5 min`.
function timeWords(seconds) {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min${whole % 60 ? ` ${whole % 60} s` : ""}`;
  const minutes = Math.round((whole % 3600) / 60);
  return `${Math.floor(whole / 3600)} h${minutes ? ` ${minutes} min` : ""}`;
}

// All review environments share this part of their names.
function brief(name) {
  return name.replaceAll(/\$\{?CI_COMMIT_REF_(SLUG|NAME)\}?/g, "…");
}
