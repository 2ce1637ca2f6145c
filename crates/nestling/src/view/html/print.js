// The whole pipeline as tables for printing, whatever the window shows.
const printed = document.getElementById("print");

function printRows(members) {
  return members.map((job) => el("tr", {},
    el("td", {}, job.multiplied ? `${job.name} ×${job.copies[1]}` : job.name),
    el("td", {}, job.out ? "left out by rules" : job.condition ? `${startNote(job)}if ${job.condition}` : startWords(job)),
    el("td", {}, job.environment ? deployWords(job.environment) : job.trigger ? `triggers ${job.trigger.target}` : ""),
    el("td", {}, job.needs === null ? "earlier stages" : job.before.slice(0, 8).map((index) => jobs[index].name).join(", ") + (job.before.length > 8 ? ` and ${job.before.length - 8} more` : ""))));
}

function fillPrint() {
  const list = jobs.filter((job) => !job.out || view.absent);
  printed.replaceChildren(...plan.stages.map((stage) => [stage, list.filter((job) => job.stageName === stage)]).filter(([, members]) => members.length).map(([stage, members]) =>
    el("section", {}, el("h2", {}, `${stage}: ${countWords(countOf(members), "job")}`),
      el("table", {}, el("thead", {}, el("tr", {}, ["Job", "Start", "Environment", "Waits for"].map((title) => el("th", { scope: "col" }, title)))),
        el("tbody", {}, printRows(members))))));
}

window.addEventListener("beforeprint", fillPrint);
window.addEventListener("afterprint", () => printed.replaceChildren());
