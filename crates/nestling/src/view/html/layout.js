// The positions of all boxes. Columns are stages, each with a column for every level of needs inside of it, or the levels of
// the whole pipeline. For many jobs each unit has a lane, in which a column is a cell that can be folded to a count.
const SIZE = { card: 46, gap: 10, column: 232, between: 52, within: 34, edge: 20, head: 40, lane: 200, laneGap: 14, chip: 34 };
const FLAT_UP_TO = 60; // more jobs than this are grouped by unit
const OPEN_UP_TO = 200; // more jobs than this start folded

// As GitLab groups the jobs of `parallel` and of a matrix.
const GROUP = /([\s:]+((\[.*\])|(\d+[\s:/\\]+\d+))){1,3}\s*$/;

// The same on every page of the pipeline, so that a URL can contain it.
function groupKey(job, base) {
  return [unitKey(job.unit), job.stageName, base].map(encodeURIComponent).join("/");
}

function isGrouped(list) {
  return view.group === null ? list.length > FLAT_UP_TO : view.group;
}

function isOpen(unit, list) {
  if (view.open.has(unit)) return view.open.get(unit);
  return view.openAll === null ? list.length <= OPEN_UP_TO : view.openAll;
}

// The columns that have a job to show, each with the jobs' place in the order of columns.
function columnsOf(list) {
  const columns = new Map();
  const byNeeds = view.layout === "needs";
  const levels = byNeeds ? null : stageLevels(list);
  for (const job of list) {
    const level = byNeeds ? topLevel(job) : levels.get(job.index);
    const stage = byNeeds ? 0 : job.stageAt;
    const key = `${stage} ${level}`;
    if (!columns.has(key)) columns.set(key, { key, stage, level, jobs: [] });
    columns.get(key).jobs.push(job);
  }
  const sorted = [...columns.values()].sort((a, b) => a.stage - b.stage || a.level - b.level);
  sorted.forEach((column, at) => { column.at = at; });
  return sorted;
}

function layout(list, width) {
  const narrow = width < 640;
  const size = { ...SIZE, column: narrow ? 190 : SIZE.column, between: narrow ? 40 : SIZE.between, edge: narrow ? 12 : SIZE.edge };
  const grouped = isGrouped(list);
  const columns = columnsOf(list);
  let x = size.edge + (grouped && !narrow ? size.lane : 0);
  columns.forEach((column, at) => {
    if (at > 0) x += size.column + (column.stage === columns[at - 1].stage ? size.within : size.between);
    column.x = x;
  });
  const columnOf = new Map(columns.flatMap((column) => column.jobs.map((job) => [job.index, column])));
  const result = { size, grouped, narrow, columns, boxes: [], lanes: [], boxOf: new Map() };
  const bottom = grouped ? lanes(result, list, columnOf) : flat(result, list, columnOf);
  result.width = columns.length ? columns[columns.length - 1].x + size.column + size.edge : width;
  result.height = bottom + size.edge;
  return result;
}

function putBox(result, box) {
  box.id = result.boxes.length;
  result.boxes.push(box);
  box.jobs.forEach((index) => result.boxOf.set(index, box));
}

// Jobs of one column as cards: those that GitLab groups, such as `test 1/4` to `test 4/4`, are one card until it is opened.
function cardsOf(list) {
  const cards = [];
  const groups = new Map();
  for (const job of list) {
    const base = job.short.replace(GROUP, "");
    const key = base === job.short || base === "" ? null : groupKey(job, base);
    if (key === null) {
      cards.push({ jobs: [job] });
    } else if (groups.has(key)) {
      groups.get(key).jobs.push(job);
    } else {
      const card = { key, base, jobs: [job] };
      groups.set(key, card);
      cards.push(card);
    }
  }
  return cards.flatMap((card) => {
    if (card.jobs.length === 1) return [{ jobs: card.jobs }];
    if (!view.groupsOpen.has(card.key)) return [card];
    return [{ ...card, isOpen: true }, ...card.jobs.map((job) => ({ jobs: [job], inGroup: true }))];
  });
}

function cardBox(result, card, box) {
  const jobs = card.jobs.map((job) => job.index);
  if (!card.key) return putBox(result, { kind: "job", inGroup: card.inGroup, ...box, jobs });
  if (!card.isOpen) return putBox(result, { kind: "group", group: card.key, base: card.base, ...box, jobs });
  // An open group is a heading: its jobs have their own boxes.
  box = { kind: "group", group: card.key, base: card.base, isOpen: true, members: jobs, ...box, jobs: [] };
  return putBox(result, box);
}

function flat(result, list, columnOf) {
  const { size } = result;
  let bottom = size.head;
  for (const column of result.columns) {
    let y = size.head + 8;
    for (const card of cardsOf(column.jobs)) {
      const inset = card.inGroup ? 12 : 0;
      cardBox(result, card, { column: column.at, x: column.x + inset, y, w: size.column - inset, h: size.card });
      y += size.card + size.gap;
      bottom = Math.max(bottom, y - size.gap);
    }
  }
  return bottom;
}

function lanes(result, list, columnOf) {
  const { size, narrow } = result;
  const own = new Map();
  for (const job of list) {
    if (!own.has(job.unit)) own.set(job.unit, []);
    own.get(job.unit).push(job);
  }
  let y = size.head + 8;
  for (const [unit, members] of own) {
    const open = isOpen(unit, list);
    const top = y;
    if (narrow) y += 30;
    const cells = new Map();
    for (const job of members) {
      const column = columnOf.get(job.index);
      if (!cells.has(column)) cells.set(column, []);
      cells.get(column).push(job);
    }
    let bottom = y + (narrow ? 0 : 40);
    for (const [column, jobs] of [...cells].sort(([a], [b]) => a.at - b.at)) {
      bottom = Math.max(bottom, cell(result, { unit, column, jobs, open, y }));
    }
    result.lanes.push({ unit, y: top, h: bottom - top, open, count: members.length });
    y = bottom + size.laneGap;
  }
  return y;
}

function cell(result, { unit, column, jobs, open, y }) {
  const { size } = result;
  const base = { column: column.at, x: column.x, w: size.column, inLane: true, unit };
  if (!open && jobs.length > 1) {
    putBox(result, { ...base, kind: "cell", y: y + 3, h: size.chip, jobs: jobs.map((job) => job.index), stage: jobs[0].stage });
    return y + 3 + size.chip;
  }
  if (!open) {
    putBox(result, { ...base, kind: "job", small: true, y: y + 3, h: size.chip, jobs: [jobs[0].index] });
    return y + 3 + size.chip;
  }
  let next = y;
  for (const card of cardsOf(jobs)) {
    const inset = card.inGroup ? 12 : 0;
    cardBox(result, card, { ...base, x: column.x + inset, w: size.column - inset, y: next, h: size.card });
    next += size.card + size.gap;
  }
  return next - size.gap;
}
