// Comparisons: the plan of base as a layer over the first kind of pipeline, and each other kind with the first.
const BASE_WORDS = { added: "added since base", removed: "removed since base", changed: "changed since base" };

let baseIndex = null;
// Mark, changes and number of jobs of each job by the index of its name. One with more or fewer copies is changed.
function baseOf(job) {
  if (!data.base || kindIndex !== 0) return undefined;
  if (baseIndex === null) {
    baseIndex = new Map(data.base.added.map(([name, count]) => [name, { mark: "added", count }]));
    data.base.removed.forEach(([name, count]) => baseIndex.set(name, { mark: "removed", count }));
    data.base.changed.forEach(([name, change, count]) => baseIndex.set(name, { mark: "changed", change, count }));
  }
  return baseIndex.get(job.nameIndex);
}

function baseMark(job) {
  return view.base ? baseOf(job)?.mark : undefined;
}

// Jobs that base has and this pipeline has not are drawn faint, and counted nowhere.
function addRemovedJobs() {
  const { plan: first, jobs: list, byName } = derived(0);
  for (const [name, , stage, lines] of data.base.removed) {
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
  return part("Changed since base", ...data.changes[found.change].map(keyChange));
}

function keyChange([key, removed, added]) {
  return el("div", { class: "difference" }, el("p", { class: "key-name" }, key),
    el("pre", { tabindex: "0", "aria-label": `Difference of ${key}` }, ...removed.map((line) => el("span", { class: "minus" }, `- ${line}\n`)), ...added.map((line) => el("span", { class: "plus" }, `+ ${line}\n`))));
}

function signed(added, removed, changed) {
  return [added && `+${added}`, removed && `−${removed}`, changed && `~${changed}`].filter(Boolean).join(" ") || "same";
}

function comparison() {
  return kindIndex === 0 ? data.base : data.kinds[kindIndex].difference;
}

function comparedCounts() {
  return comparison() ? signed(...comparison().counts) : null;
}

function comparedView(root) {
  const { counts, title, units, notes = [], added, removed, changed, more = [0, 0, 0] } = comparison();
  const first = data.kinds[0].description;
  const sides = kindIndex === 0 ? `${units} as ${first} at base (${title}) and at head` : `${plan.description} compared with ${first}`;
  root.append(el("p", { class: "quiet" }, `${sides}: ${plural(counts[0], "job")} added, ${counts[1].toLocaleString("en")} removed, ${counts[2].toLocaleString("en")} changed.`));
  root.append(...notes.map((note) => el("p", {}, note)));
  const [onlyHere, onlyThere] = kindIndex === 0 ? ["Added", "Removed"] : ["Only in this kind", `Only in ${first}`];
  if (added.length) root.append(nameList(onlyHere, "added", added, counts[0], more[0]));
  if (removed.length) root.append(nameList(onlyThere, "removed", removed, counts[1], more[1]));
  const byChange = new Map();
  changed.forEach(([name, change, count]) => addTo(byChange, change, [name, count]));
  const sum = (names) => names.reduce((total, [, count]) => total + count, 0);
  [...byChange].sort(([, a], [, b]) => sum(b) - sum(a)).forEach(([change, names]) => {
    root.append(el("article", { class: "item wide" }, el("header", {}, el("h2", {}, plural(sum(names), "changed job"))), ...data.changes[change].map(keyChange), jobNames(names)));
  });
  if (more[2]) root.append(el("p", { class: "quiet" }, `and ${more[2].toLocaleString("en")} more`));
}

function nameList(title, mark, names, count, more) {
  return el("article", { class: `item wide ${mark}` }, el("header", {}, el("h2", {}, title), el("span", { class: "quiet" }, plural(count, "job"))), jobNames(names, more));
}

const MOST_NAMES = 60;
// The names of jobs with their numbers; those of this pipeline open.
function jobNames(names, unlisted = 0) {
  const byName = derived(kindIndex).byName;
  const rest = names.slice(MOST_NAMES).reduce((total, [, count]) => total + count, unlisted);
  return el("ul", { class: "jobs" }, names.slice(0, MOST_NAMES).map(([name, count]) => {
    const index = byName.get(name);
    const copies = count > 1 ? `×${count}` : null;
    return index === undefined ? el("li", { class: "elsewhere" }, [nameOf(name), copies].filter(Boolean).join(" ")) : link(index, copies);
  }), rest > 0 ? el("li", { class: "quiet" }, `and ${rest.toLocaleString("en")} more`) : null);
}
