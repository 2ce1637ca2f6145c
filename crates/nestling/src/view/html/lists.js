// The views of environments and of units. Each is built when it is opened.
function environmentsView(root) {
  const groups = new Map();
  jobs.filter((job) => job.environment && !job.out).forEach((job) => {
    if (!groups.has(job.environment.name)) groups.set(job.environment.name, []);
    groups.get(job.environment.name).push(job);
  });
  const tier = (members) => members.map((job) => job.environment.tier).find(Boolean) || "other";
  const rank = (members) => TIERS.indexOf(tier(members));
  const sorted = [...groups].sort(([a, m], [b, n]) => rank(m) - rank(n) || (a < b ? -1 : 1));
  if (!sorted.length) root.append(el("p", { class: "nothing" }, "This pipeline changes no environment."));
  root.append(...sorted.map(([name, members]) => {
    const url = members.map((job) => job.environment.url).find(Boolean);
    const stops = members.map((job) => job.environment.auto_stop_in).find(Boolean);
    const note = (job) => `${job.environment.action === "start" ? "deploy" : job.environment.action}${job.start === "automatic" ? "" : `, ${withoutTicks(startWords(job))}`}${job.condition ? ", conditional" : ""}`;
    return el("article", { class: "item" },
      el("header", {}, el("h2", {}, name), el("span", { class: `tier ${tier(members)}` }, tier(members))),
      url ? el("p", { class: "quiet" }, url) : null,
      stops ? el("p", { class: "quiet" }, `stops automatically after ${stops}`) : null,
      el("ul", { class: "jobs" }, members.map((job) => link(job.index, note(job)))));
  }));
}

function environmentCount() {
  return new Set(jobs.filter((job) => job.environment && !job.out).map((job) => job.environment.name)).size;
}

function chosenUnits() {
  return plan.units.filter((unit) => unit.verdict !== "skipped");
}

function unitsView(root) {
  const own = new Map();
  jobs.filter((job) => job.unit !== null && !job.removed).forEach((job) => addTo(own, job.unit, job));
  const chosen = chosenUnits();
  if (!chosen.length) root.append(el("p", { class: "nothing" }, "No unit is selected."));
  root.append(...chosen.map((unit) => unitItem(unit, own.get(unit.unit) || [])));
  const skipped = plan.all - chosen.filter((unit) => unit.verdict !== "removed").length;
  if (skipped > 0) root.append(skippedItem(skipped));
}

function unitItem(unit, members) {
  const name = data.units[unit.unit];
  const show = () => {
    showView("pipeline");
    setFilter({ ...NO_FILTER, unit: name });
    remember("push");
  };
  return el("article", { class: "item" },
    el("header", {}, el("h2", {}, name), unit.verdict === "selected" ? null : el("span", { class: "tag" }, unit.verdict), el("span", { class: "quiet" }, countWords(countOf(members), "job"))),
    el("ul", { class: "reasons" }, (unit.reasons || []).map(([, text]) => el("li", {}, ...prose(data.texts[text]))),
      (unit.left_out || []).map(([job, reason]) => el("li", { class: "quiet" }, `without ${job}: ${data.texts[reason]}`, proofOf(unit, job))),
      unit.fingerprint ? [el("li", { class: "quiet" }, `fingerprint ${unit.fingerprint}`)] : [],
      members.filter((job) => job.out).map((job) => el("li", { class: "quiet" }, `without ${job.short}: ${job.out}`))),
    members.length ? el("button", { type: "button", class: "plain", onclick: show }, "Show its jobs", hidden(` of ${name}`)) : null);
}

// The units that are not selected, each with the nearest reason.
function skippedItem(count) {
  const records = derived(0).plan.units.filter((unit) => unit.verdict === "skipped" && !units.has(unit.unit));
  const listed = kindIndex === 0 ? plan.units.filter((unit) => unit.verdict === "skipped") : records;
  const entries = listed.map((unit) => el("li", {}, el("span", { class: "name" }, data.units[unit.unit]),
    unit.reasons?.length ? el("span", { class: "quiet" }, `: ${data.texts[unit.reasons[0][1]]}`) : null));
  const more = count - listed.length;
  return el("details", { class: "item" }, el("summary", {}, `${plural(count, "unit")} not in this pipeline`),
    el("ul", { class: "plain-list" }, entries, more > 0 ? el("li", { class: "quiet" }, `and ${more.toLocaleString("en")} more`) : null));
}

// A link to the job that passed with the same content.
function proofOf(unit, job) {
  const address = unit.links && unit.links[job];
  return address ? [" ", el("a", { href: address, target: "_blank", rel: "noreferrer noopener" }, "the job that passed", hidden(` as ${job} of ${data.units[unit.unit]}`))] : [];
}
