// Errors, warnings and notes: in a view of their own, at the jobs that they were found in, and at the lines. Beside them the
// parts of CDK assemblies that became no job.
const SEVERITIES = ["error", "warning", "note"];
let problemIndex = null;

function problemsOf(job) {
  if (problemIndex === null) {
    problemIndex = new Map();
    data.problems.forEach((problem) => (problem.jobs || []).forEach((name) => problemIndex.set(name, [...(problemIndex.get(name) || []), problem])));
  }
  return problemIndex.get(job.nameIndex) || [];
}

function problemMark(job) {
  const own = problemsOf(job);
  return own.length ? SEVERITIES.find((severity) => own.some((problem) => problem.severity === severity)) : undefined;
}

function problemTitle(job) {
  const own = problemsOf(job);
  return own.length === 1 ? `${own[0].severity}: ${own[0].message}` : plural(own.length, "problem");
}

function problemLines(job) {
  return new Map(problemsOf(job).flatMap((problem) => problem.places.map(([file, line]) => [`${file}:${line}`, problem])));
}

function jobProblems(job) {
  const own = problemsOf(job);
  return own.length ? part(plural(own.length, "problem"), el("ul", { class: "problem-list" }, own.map((problem) => problemItem(problem, false)))) : null;
}

function problemItem(problem, withJobs) {
  return el("li", { class: `problem ${problem.severity}` },
    el("p", {}, icon(problem.severity), el("strong", {}, ` ${problem.severity}`), "[", el("a", { href: problem.url, target: "_blank", rel: "noreferrer noopener" }, problem.rule), "] ", ...prose(problem.message)),
    el("p", { class: "quiet" }, problem.places.flatMap(([file, line, text], index) => [index ? ", " : "", place(file, line), text ? ` (${text})` : ""])),
    (problem.notes || []).map((note) => el("p", { class: "quiet" }, `note: ${note}`)),
    problem.help ? el("p", {}, ...prose(`help: ${problem.help}`)) : null,
    withJobs && problem.jobs ? jobNames(problem.jobs.map((name) => [name, 1])) : null);
}

function problemCounts() {
  return SEVERITIES.map((severity) => [severity, data.problems.filter((problem) => problem.severity === severity).length]).filter(([, n]) => n);
}

function problemsView(root) {
  root.append(el("ul", { class: "problem-list" }, data.problems.map((problem) => problemItem(problem, true))));
}

// The banner of errors, which no view hides.
function problemBanner() {
  const errors = data.problems.filter((problem) => problem.severity === "error").length;
  const banner = document.getElementById("problems");
  banner.hidden = errors === 0;
  if (!errors) return;
  const open = () => { showView("problems"); remember("push"); };
  banner.replaceChildren(el("button", { type: "button", class: "inline", onclick: open }, icon("error"), ` ${plural(errors, "error")}: no pipeline will be written`));
}

function cdkView(root) {
  const groups = [["Manual steps", data.cdk.filter((line) => line.open)], ["Done by GitLab or Nestling", data.cdk.filter((line) => !line.open)]];
  for (const [title, lines] of groups.filter(([, members]) => members.length)) {
    root.append(el("article", { class: "item wide" }, el("header", {}, el("h2", {}, title), el("span", { class: "quiet" }, plural(lines.length, "line"))), cdkLines(lines, true)));
  }
}

function cdkLines(lines, withUnit) {
  return el("ul", { class: "cdk" }, lines.map((line) => el("li", {}, el("span", { class: "tag" }, line.kind), " ",
    withUnit ? el("strong", {}, `${data.units[line.unit]}: `) : null, el("strong", {}, line.subject), ` ${line.text} `,
    el("span", { class: "quiet" }, place(line.file, line.line), ` ${line.id}`))));
}

// The lines that need an action, at the jobs of their unit.
function cdkOfJob(job) {
  const lines = data.cdk.filter((line) => line.unit === job.unit && line.open);
  return lines.length ? el("section", {}, el("details", {}, el("summary", {}, `${plural(lines.length, "manual step")} of its CDK pipeline`), cdkLines(lines, false))) : null;
}
