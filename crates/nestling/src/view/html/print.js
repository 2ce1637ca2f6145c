// The whole pipeline as tables for printing, whatever the window shows.
const printed = document.getElementById("print");
const MOST_PRINTED = 40;

function printNeeds(job) {
  if (job.out) return "";
  if (job.needs === null) return job.stageAt === 0 ? "" : "earlier stages";
  const more = job.before.length - MOST_PRINTED;
  return job.before.slice(0, MOST_PRINTED).map((index) => jobs[index].name).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

function printStart(job) {
  return prose(job.out || !job.condition ? startWords(job) : conditionWords(job));
}

function printRows(members) {
  return members.map((job) => el("tr", {},
    el("td", {}, job.multiplied ? `${job.name} ×${job.copies[1]}` : job.name),
    el("td", {}, printStart(job)),
    el("td", {}, [job.environment ? deployWords(job.environment) : "", job.trigger ? `triggers ${job.trigger.target}` : ""].filter(Boolean).join(", ")),
    el("td", {}, printNeeds(job))));
}

function printTable(title, members) {
  return el("section", {}, el("h2", {}, title),
    el("table", {}, el("thead", {}, el("tr", {}, ["Job", "Start", "Effect", "Waits for"].map((head) => el("th", { scope: "col" }, head)))),
      el("tbody", {}, printRows(members))));
}

function fillPrint() {
  const present = jobs.filter((job) => !job.out);
  const omitted = jobs.filter((job) => job.out && !job.removed);
  const stages = plan.stages.map((stage) => [stage, present.filter((job) => job.stageName === stage)]).filter(([, members]) => members.length);
  printed.replaceChildren(
    ...(data.problems.length ? [el("section", {}, el("h2", {}, "Problems"), el("ul", { class: "problem-list" }, data.problems.map((problem) => problemItem(problem, false))))] : []),
    ...stages.map(([stage, members]) => printTable(`${stage}: ${countWords(countOf(members), "job")}`, members)),
    ...(omitted.length ? [printTable(`Left out by rules: ${plural(omitted.length, "job")}`, omitted)] : []));
}

window.addEventListener("beforeprint", fillPrint);
window.addEventListener("afterprint", () => printed.replaceChildren());
