// The rules of a job one by one: the values that each sees, the one that decides, and what would change that.
const VERDICTS = { decides: "decides", otherwise: "otherwise", maybe: "may decide", no: "does not apply", unreached: "not reached" };

function rulesPart(job) {
  if (job.rules === undefined) return kindsPart(job);
  const rules = data.rules[job.rules];
  const entries = rules.map((rule) => el("li", { class: `rule ${rule.verdict}` },
    el("p", { class: "verdict" }, el("span", { class: "word" }, VERDICTS[rule.verdict]), rule.outcome ? ` → ${rule.outcome}` : ""),
    el("code", { class: "text" }, rule.text),
    rule.values ? el("ul", { class: "values" }, rule.values.map(([name, value]) => el("li", {}, el("code", {}, `$${name}`), ` is ${value}`))) : null,
    el("p", { class: "quiet" }, ...prose(rule.sentence), " · ", place(rule.file, rule.line))));
  const falls = !rules.some((rule) => ["decides", "otherwise"].includes(rule.verdict));
  if (falls) entries.push(el("li", { class: "rule no" }, el("p", { class: "verdict" }, el("span", { class: "word" }, "otherwise"), " → left out")));
  return part(`Rules (${plural(rules.length, "rule")})`, el("ol", { class: "rules" }, entries), kindsList(job));
}

function kindsPart(job) {
  const list = kindsList(job);
  return list ? part("Kinds of pipelines", list) : null;
}

const recordsByName = new Map();
// The record of a job in a kind, whose other jobs need not be derived for it.
function recordIn(index, name) {
  if (!recordsByName.has(index)) recordsByName.set(index, new Map(data.kinds[index].jobs.map((record) => [data.jobs[record].name, record])));
  const record = data.jobs[recordsByName.get(index).get(name)];
  return record && { ...record, start: record.start || "automatic", starts: record.starts || [record.start || "automatic"] };
}

// The presence of the job in each kind: the effect of a change of the kind.
function kindsList(job) {
  if (data.kinds.length < 2) return null;
  return el("ul", { class: "in-kinds" }, data.kinds.map((kind, index) => {
    const other = recordIn(index, job.nameIndex);
    const is = !other || other.out ? "not in" : other.condition ? `if ${other.condition}` : other.start === "automatic" ? "in" : `in, ${startWords(other)}`;
    return el("li", { class: other && !other.out ? "" : "quiet" }, el("span", { class: "kind-name" }, kind.description), ...prose(`: ${is}`));
  }));
}
