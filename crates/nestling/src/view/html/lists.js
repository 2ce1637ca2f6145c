// The other two views: environments with their jobs, and units with their reasons.
function environmentsView() {
  const root = document.getElementById("view-environments");
  const groups = new Map();
  jobs.filter((job) => job.environment && !job.out).forEach((job) => {
    if (!groups.has(job.environment.name)) groups.set(job.environment.name, []);
    groups.get(job.environment.name).push(job);
  });
  document.getElementById("n-environments").textContent = String(groups.size);
  const tier = (members) => members.map((job) => job.environment.tier).find(Boolean) || "other";
  const rank = (members) => TIERS.indexOf(tier(members));
  const sorted = [...groups].sort(([a, m], [b, n]) => rank(m) - rank(n) || a.localeCompare(b));
  if (!sorted.length) root.append(el("p", { class: "nothing" }, "This pipeline changes no environment."));
  root.append(...sorted.map(([name, members]) => {
    const url = members.map((job) => job.environment.url).find(Boolean);
    const stops = members.map((job) => job.environment.auto_stop_in).find(Boolean);
    return el("article", { class: "item" },
      el("header", {}, el("h2", {}, name), el("span", { class: `tier ${tier(members)}` }, tier(members))),
      url ? el("p", { class: "quiet" }, url) : null,
      stops ? el("p", { class: "quiet" }, `stops automatically after ${stops}`) : null,
      el("ul", { class: "jobs" }, members.map((job) => link(job.index, `${job.environment.action === "start" ? "deploy" : job.environment.action}${job.start === "manual" ? ", manual" : ""}${job.condition ? ", conditional" : ""}`))));
  }));
}

function unitsView() {
  const root = document.getElementById("view-units");
  const counts = new Map();
  jobs.forEach((job) => counts.set(job.unitName, [...(counts.get(job.unitName) || []), job]));
  const chosen = plan.units.filter((unit) => unit.verdict !== "skipped");
  document.getElementById("n-units").textContent = `${chosen.length}/${plan.units.length}`;
  const skipped = plan.units.filter((unit) => unit.verdict === "skipped");
  root.append(...chosen.map((unit) => el("article", { class: "item" },
    el("header", {}, el("h2", {}, unit.name), el("span", { class: "quiet" }, countWords(countOf(counts.get(unit.name) || []), "job"))),
    el("ul", { class: "reasons" }, unit.reasons.map(([, text]) => el("li", {}, text)),
      unit.left_out.map(([job, reason]) => el("li", { class: "quiet" }, `without ${job}: ${reason}`, proofOf(unit, job))),
      unit.fingerprint ? [el("li", { class: "quiet" }, `fingerprint ${unit.fingerprint}`)] : [],
      (counts.get(unit.name) || []).filter((job) => job.out).map((job) => el("li", { class: "quiet" }, `without ${job.short}: ${job.out}`))),
    el("button", { type: "button", class: "plain", onclick: () => { showView("pipeline"); setFilter({ text: "", unit: unit.name, stage: "", environment: "", reason: "" }); } }, "Show its jobs"))));
  if (skipped.length) {
    root.append(el("details", { class: "item" }, el("summary", {}, `${plural(skipped.length, "unit")} not in this pipeline`),
      el("p", { class: "names" }, skipped.map((unit) => unit.name).join(", "))));
  }
}

/** A link to the job that passed with the same content. */
function proofOf(unit, job) {
  const link = unit.links && unit.links[job];
  return link ? el("a", { href: link, rel: "noreferrer" }, " the job that passed") : "";
}

function problemsView() {
  if (!plan.problems.length) return;
  const root = document.getElementById("problems");
  const errors = plan.problems.filter((problem) => problem.severity === "error").length;
  root.hidden = false;
  root.classList.toggle("bad", errors > 0);
  root.append(el("details", {},
    el("summary", {}, errors ? `${plural(errors, "error")}: no pipeline will be written` : plural(plan.problems.length, "warning or note", "warnings and notes")),
    el("ul", {}, plan.problems.map((problem) => el("li", {},
      el("strong", {}, `${problem.severity}[${problem.rule}]`), ` ${problem.message}`,
      el("span", { class: "quiet" }, ` ${problem.place}`), problem.help ? el("em", {}, ` ${problem.help}`) : null)))));
}
