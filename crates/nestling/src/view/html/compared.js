// Comparisons: the plan of base as a layer over the first kind of pipeline, and each other kind with the first.
const BASE_WORDS = { added: "added since base", removed: "removed since base", changed: "changed since base" };

let baseIndex = null;
// Mark and changes of each job by the index of its name.
function baseOf(job) {
  if (!data.base || kindIndex !== 0) return undefined;
  if (baseIndex === null) {
    baseIndex = new Map(data.base.changed.map(([name, change]) => [name, { mark: "changed", change }]));
    data.base.added.forEach((name) => baseIndex.set(name, { mark: "added" }));
    data.base.removed.forEach(([name, , lines]) => baseIndex.set(name, { mark: "removed", lines }));
  }
  return baseIndex.get(job.nameIndex);
}

function baseMark(job) {
  return view.base ? baseOf(job)?.mark : undefined;
}

// Jobs that base has and this pipeline has not are drawn faint, and counted nowhere.
function addRemovedJobs() {
  const { plan: first, jobs: list, byName } = derived(0);
  for (const [name, stage, lines] of data.base.removed) {
    if (byName.has(name)) continue;
    if (!first.stages.includes(data.stages[stage])) first.stages.push(data.stages[stage]);
    const [unit, short] = data.names[name];
    const job = {
      name: nameOf(name), nameIndex: name, unit, short, label: short, unitName: unitName(unit), index: list.length, lines, stage,
      stageAt: first.stages.indexOf(data.stages[stage]), stageName: data.stages[stage], start: "automatic", starts: ["automatic"], copies: [0, 0], startCopies: [[0, 0]],
      out: "removed since base", removed: true, reasons: [], needs: [], before: [], after: [], multiplied: false,
    };
    byName.set(name, job.index);
    list.push(job);
  }
}

function comparedPart(job) {
  const found = baseOf(job);
  if (!found) return null;
  if (found.mark !== "changed") return part("Compared with base", el("p", {}, BASE_WORDS[found.mark]));
  return part("Changed since base", ...data.base.changes[found.change].map(keyChange));
}

function keyChange([key, removed, added]) {
  return el("div", { class: "difference" }, el("p", { class: "key-name" }, key),
    el("pre", { tabindex: "0", "aria-label": `Difference of ${key}` }, ...removed.map((line) => el("span", { class: "minus" }, `- ${line}\n`)), ...added.map((line) => el("span", { class: "plus" }, `+ ${line}\n`))));
}

function signed(added, removed, changed) {
  return [added && `+${added}`, removed && `−${removed}`, changed && `~${changed}`].filter(Boolean).join(" ") || "same";
}

function comparedCounts() {
  if (kindIndex === 0) return data.base ? signed(data.base.added.length, data.base.removed.length, data.base.changed.length) : null;
  return signed(...data.kinds[kindIndex].difference);
}

function comparedView(root) {
  return kindIndex === 0 ? baseView(root) : otherKindView(root);
}

function baseView(root) {
  const { title, added, removed, changed, changes } = data.base;
  root.append(el("p", { class: "quiet" }, `All units of this pipeline's kind at base (${title}) and at head: ${plural(added.length, "job")} added, ${removed.length} removed, ${changed.length} changed.`));
  if (added.length) root.append(nameList("Added", "added", added));
  if (removed.length) root.append(nameList("Removed", "removed", removed.map(([name]) => name)));
  const byChange = new Map();
  changed.forEach(([name, change]) => addTo(byChange, change, name));
  [...byChange].sort(([, a], [, b]) => b.length - a.length).forEach(([change, names]) => {
    root.append(el("article", { class: "item wide" }, el("header", {}, el("h2", {}, plural(names.length, "changed job"))), ...changes[change].map(keyChange), jobNames(names)));
  });
}

function nameList(title, mark, names, count = names.length) {
  return el("article", { class: `item wide ${mark}` }, el("header", {}, el("h2", {}, title), el("span", { class: "quiet" }, plural(count, "job"))), jobNames(names));
}

const MOST_NAMES = 60;
// The names of jobs; those of this pipeline open.
function jobNames(names) {
  const byName = derived(kindIndex).byName;
  const rest = names.length - MOST_NAMES;
  return el("ul", { class: "jobs" }, names.slice(0, MOST_NAMES).map((name) => {
    const index = byName.get(name);
    return index === undefined ? el("li", { class: "elsewhere" }, nameOf(name)) : link(index, null);
  }), rest > 0 ? el("li", { class: "quiet" }, `and ${rest.toLocaleString("en")} more`) : null);
}

function otherKindView(root) {
  const { added, removed, changed } = kindDifference(kindIndex);
  const counts = data.kinds[kindIndex].difference;
  const first = data.kinds[0].description;
  root.append(el("p", { class: "quiet" }, `${plan.description} compared with ${first}: ${plural(counts[0], "job")} added, ${counts[1]} removed, ${counts[2]} changed.`));
  if (added.length) root.append(nameList("Only in this kind", "added", added.map((job) => job.nameIndex), countOf(added).possible));
  if (removed.length) root.append(nameList(`Only in ${first}`, "removed", removed.map((job) => job.nameIndex), countOf(removed).possible));
  for (const job of changed.slice(0, MOST_NAMES)) {
    const { jobs: list, byName } = derived(0);
    root.append(el("article", { class: "item wide" }, el("header", {}, el("h2", {}, job.name)), ...kindChanges(list[byName.get(job.nameIndex)], job).map(keyChange)));
  }
  if (changed.length > MOST_NAMES) root.append(el("p", { class: "quiet" }, `and ${changed.length - MOST_NAMES} more`));
}

// The differences of a job in two kinds: its presence, its start, its YAML.
function kindChanges(before, job) {
  const texts = [["presence", presenceText], ["start", startText]].map(([key, text]) => [key, [text(before)], [text(job)]]);
  const changes = texts.filter(([, [a], [b]]) => a !== b);
  if (!sameLines(before, job)) changes.push(["YAML", ...lineDifference(before.lines, job.lines)]);
  return changes;
}

// The lines that only one side has, in order.
function lineDifference(before, after) {
  const text = (line) => data.lines[line][0];
  const count = (lines) => tally(lines.map(text));
  const without = (lines, other) => {
    const left = count(other);
    return lines.map(text).filter((line) => {
      const n = left.get(line) || 0;
      if (n) left.set(line, n - 1);
      return !n;
    });
  };
  return [without(before, after), without(after, before)];
}
