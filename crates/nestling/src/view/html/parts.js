// The router of a pipeline that is too large for one: its trigger jobs with the jobs that each starts.
let partIndex = null;

// The part that a job is in; undefined where one file holds the pipeline.
function partOf(job) {
  if (!data.parts || kindIndex !== 0) return undefined;
  partIndex ??= new Map(data.parts.flatMap((part) => part.jobs.map((name) => [name, part])));
  return partIndex.get(job.nameIndex);
}

function partNumber(trigger) {
  return data.parts.findIndex((part) => part.trigger === trigger);
}

function partsView(root) {
  root.append(el("article", { class: "item wide" }, el("header", {}, el("h2", {}, "Router"), el("span", { class: "quiet" }, plural(data.parts.length, "trigger job"))),
    el("p", {}, "GitLab would refuse this pipeline in one file. The child pipeline is a router, whose job ", el("code", { class: "word" }, "relay"), " hands on the files of the parts; each trigger job starts one of them as a pipeline of its own. Stages order the jobs of a part, not those of several."),
    el("ol", { class: "router" }, data.parts.map((part) => el("li", {}, icon("trigger"), el("a", { href: `#${part.trigger}`, onclick: (event) => showPart(event, part) }, part.trigger), el("span", { class: "quiet" }, ` starts ${part.path}`))))));
  const byName = derived(0).byName;
  root.append(...data.parts.map((part) => partItem(part, part.jobs.map((name) => byName.get(name)).filter((index) => index !== undefined).map((index) => jobs[index]))));
}

function showPart(event, part) {
  event.preventDefault();
  document.getElementById(`part-${part.path}`).focus();
}

function partItem(part, members) {
  const present = members.filter((job) => !job.out);
  const own = tally(members.filter((job) => job.unit !== null).map((job) => job.unitName));
  const deploys = countOf(present.filter((job) => job.environment?.action === "start"));
  const facts = [countWords(countOf(present), "job"), plural(own.size, "unit"), deploys.possible ? countWords(deploys, "deployment") : ""].filter(Boolean).join(", ");
  const stages = plan.stages.map((stage) => [stage, countOf(present.filter((job) => job.stageName === stage))]).filter(([, count]) => count.possible);
  const show = () => {
    showView("pipeline");
    setFilter({ ...NO_FILTER, part: part.trigger });
    remember("push");
  };
  const names = [...own.keys()].sort();
  return el("article", { class: "item" },
    el("header", {}, el("h2", { id: `part-${part.path}`, tabindex: "-1" }, part.trigger), el("span", { class: "quiet" }, facts)),
    el("p", { class: "quiet" }, stages.map(([stage, count]) => `${stage} ${countRange(count)}`).join(" → ")),
    el("details", {}, el("summary", {}, plural(names.length, "unit")), el("ul", { class: "plain-list columns" }, names.map((name) => el("li", {}, name)))),
    el("button", { type: "button", class: "plain", onclick: show }, "Show its jobs", hidden(` of ${part.trigger}`)));
}

// The jobs of a child pipeline whose file is in the repository, by their stages.
function childPart(trigger) {
  return (trigger.local || []).map((path) => {
    const child = data.children?.[path];
    if (!child) return null;
    return el("div", { class: "child" }, el("p", { class: "quiet" }, `${countWords(jobsOfChild(child), "job")} in ${path}${child.is_partial ? ", and those of files that only GitLab reads" : ""}`),
      el("ol", { class: "child-stages" }, child.stages.map(([stage, names]) => el("li", {}, el("span", { class: "quiet" }, stage), el("ul", {}, names.map((name) => el("li", {}, name)))))));
  });
}

// The number of jobs that a trigger job starts, where the files are known.
function childCount(trigger) {
  const children = (trigger.local || []).map((path) => data.children?.[path]);
  if (!children.length || children.some((child) => !child || child.is_partial) || children.length !== (trigger.files || []).length) return null;
  const counts = children.map(jobsOfChild);
  const sum = (key) => counts.reduce((total, count) => total + count[key], 0);
  return { certain: sum("certain"), possible: sum("possible") };
}

function jobsOfChild(child) {
  return { certain: child.certain, possible: child.stages.reduce((sum, [, names]) => sum + names.length, 0) };
}
