// The elements of the drawing: cards of jobs, groups and cells. What is seen is what a screen reader reads, and more.
function makeBox(box) {
  const element = { job: makeCard, group: makeGroup, cell: makeCell }[box.kind](box);
  element.style.transform = `translate(${box.x}px, ${box.y}px)`;
  element.style.width = `${box.w}px`;
  element.style.height = `${box.h}px`;
  element.dataset.box = box.id;
  element.tabIndex = isTabStop(box) ? 0 : -1;
  dress(element, box);
  return element;
}

// The number of letters at the ends of names that a card of this width shows: about half of its room.
function tailsOf(box) {
  return box.w < 200 ? { name: 8, unit: 7, part: 6 } : { name: 12, unit: 10, part: 8 };
}

function cardClass(job, box) {
  const base = baseMark(job);
  return ["card", job.start, box.small ? "small" : "", job.out ? "out" : "", job.condition ? "conditional" : "",
    base ? `base-${base}` : "", problemMark(job) ? "has-problem" : ""].filter(Boolean).join(" ");
}

function metaOf(job, box) {
  const environment = job.environment;
  const tails = tailsOf(box);
  const meta = [];
  const line = matchedLine.get(job.index);
  if (line !== undefined) return [el("span", { class: "cut hit" }, `YAML: ${line}`)];
  if (job.out) {
    meta.push(el("span", { class: "cut" }, job.removed ? job.out : "left out by rules"));
  } else if (job.condition) {
    meta.push(el("span", { class: "cut" }, `${startNote(job)}if ${withoutTicks(job.condition)}`));
  } else if (job.trigger) {
    const count = childCount(job.trigger);
    meta.push(count === null ? middle(`triggers ${job.trigger.target}`, "", tails.part) : el("span", { class: "cut" }, `starts ${countWords(count, "job")}`));
  } else if (environment) {
    const kind = ["start", "stop"].includes(environment.action) ? environment.action : "other";
    // Beside a unit and a word there is no room for a name whose end can be read.
    const name = !box.inLane && job.start !== "automatic" ? null : middle(brief(environment.name), "", tails.part);
    meta.push(el("span", { class: `env ${kind}`, title: deployWords(environment) }, icon(kind), name));
  } else if (job.start === "varies") {
    meta.push(box.inLane ? el("span", { class: "cut may" }, withoutTicks(job.start_words)) : el("span", { class: "how-word", title: withoutTicks(job.start_words) }, mayWord(job, box)));
  } else if (box.inLane && job.start === "automatic") {
    meta.push(el("span", { class: "cut" }, waitWords(job)));
  }
  if (["manual", "delayed", "on_failure"].includes(job.start) && !job.out && !job.condition) meta.unshift(el("span", { class: "how-word" }, { manual: "manual", delayed: job.start_in || "delayed", on_failure: "on failure" }[job.start]));
  if (job.start === "varies" && !job.out && !job.condition && (job.trigger || environment)) meta.unshift(el("span", { class: "how-word" }, mayWord(job, box)));
  if (!box.inLane) meta.unshift(middle(job.unitName, "unit", job.start === "varies" ? 7 : tails.unit));
  return meta;
}

// In a narrow card there is room for the unit, and a question mark.
function mayWord(job, box) {
  return box.w < 200 && job.starts.includes("manual") ? "manual?" : mayWords(job);
}

function startNote(job) {
  if (job.start === "varies") return `${mayWords(job)}, `;
  return { manual: "manual, ", delayed: "delayed, ", on_failure: "on failure, " }[job.start] || "";
}

function makeCard(box) {
  const job = jobs[box.jobs[0]];
  const shown = box.small ? [] : metaOf(job, box);
  return el("button", { type: "button", class: cardClass(job, box), title: job.name },
    icon(job.trigger ? "trigger" : job.start, "how"),
    el("span", { class: "two" },
      middle(job.label, "name", tailsOf(box).name),
      box.small ? null : el("span", { class: "meta" }, shown)),
    badgesOf(job),
    hidden(`, ${describe(job)}`));
}

// Marks that are seen from afar: a problem, and the difference to base.
function badgesOf(job) {
  const problem = problemMark(job), base = baseMark(job);
  if (!problem && !base) return null;
  return el("span", { class: "marks" },
    problem ? el("span", { class: `mark ${problem}`, title: problemTitle(job) }, icon(problem)) : null,
    base ? el("span", { class: `mark ${base}`, title: BASE_WORDS[base] }, icon(base)) : null);
}

// Facts of a job for a screen reader, beside those that are seen.
function describe(job) {
  const parts = [`of ${job.unitName}`, `stage ${job.stageName}`, startWords(job)];
  if (job.condition) parts.push(`if ${job.condition}`);
  if (job.environment) parts.push(deployWords(job.environment));
  if (!job.out) parts.push(waitWords(job));
  const base = baseMark(job);
  if (base) parts.push(BASE_WORDS[base]);
  if (problemMark(job)) parts.push(problemTitle(job));
  return parts.join(", ");
}

function makeGroup(box) {
  const members = (box.isOpen ? box.members : box.jobs).map((index) => jobs[index]);
  const present = members.filter((job) => !job.out);
  const count = present.length ? countWords(countOf(present), "job") : `${plural(members.length, "job")} left out`;
  const first = members[0];
  return el("button", { type: "button", class: `card group ${first.start}`, title: `${first.unit === null ? "" : `${first.unitName}:`}${box.base}`, "aria-expanded": String(Boolean(box.isOpen)) },
    icon("group", "how"),
    el("span", { class: "two" },
      middle(box.base, "name", tailsOf(box).name),
      el("span", { class: "meta" }, box.inLane ? null : middle(first.unitName, "unit", tailsOf(box).unit), el("span", { class: "cut" }, count))),
    icon("chevron", "turn"));
}

function makeCell(box) {
  const members = box.jobs.map((index) => jobs[index]);
  const present = members.filter((job) => !job.out);
  const range = (count) => (count.possible ? countRange(count) : null);
  const manual = range(countOfStart(present, "manual"));
  const conditional = countOf(present.filter((job) => job.condition)).possible;
  const deploys = range(countOf(present.filter((job) => job.environment?.action === "start")));
  const text = present.length ? countWords(countOf(present), "job") : `${plural(members.length, "job")} left out`;
  const tag = (kind, mark, words, n) => (n ? el("span", { class: `tag ${kind}`, title: words }, icon(mark), String(n), hidden(` ${words}`)) : null);
  const problem = members.map(problemMark).find(Boolean);
  const since = ["added", "removed", "changed"].map((mark) => [mark, members.filter((job) => baseMark(job) === mark).length]).filter(([, n]) => n);
  return el("button", { type: "button", class: "cell", "aria-expanded": "false" },
    icon("chevron"), el("span", { class: "name" }, text), hidden(` of ${unitName(box.unit)} in ${members[0].stageName}`),
    tag("deploy", "start", "deploy", deploys), tag("manual", "manual", "manual", manual),
    conditional ? el("span", { class: "tag", title: "conditional" }, `if ${conditional}`) : null,
    since.map(([mark, n]) => el("span", { class: `mark ${mark}`, title: `${n} ${BASE_WORDS[mark]}` }, icon(mark), hidden(` ${n} ${BASE_WORDS[mark]}`))),
    problem ? el("span", { class: `mark ${problem}` }, icon(problem), hidden(" with a problem")) : null);
}

function makeLane(lane) {
  const record = lane.unit === null ? null : units.get(lane.unit);
  const reasons = record?.reasons || [];
  const why = reasons.length ? data.texts[reasons[0][1]] : "";
  const more = reasons.length > 1 ? `, and ${plural(reasons.length - 1, "other reason")}` : "";
  const name = unitName(lane.unit);
  const element = el("div", { class: `lane ${lane.open ? "open" : ""}` },
    el("button", { type: "button", class: "lane-name", "aria-expanded": String(lane.open), title: `${name}: ${why}${more}`, tabindex: "-1", "data-unit": lane.unit ?? "" },
      icon("chevron"), el("span", { class: "two" }, middle(name, "name", 10), drawn.narrow ? null : el("span", { class: "cut meta" }, why.replaceAll("`", "")))),
    el("div", { class: "line" }));
  element.style.transform = `translateY(${lane.y}px)`;
  element.style.height = `${lane.h}px`;
  return element;
}
