// The positions of all boxes. Two layouts: the stages as columns of cards, as GitLab draws a pipeline; and, for many
// jobs, a lane for each unit, in which a stage is a cell that can be folded to a count.
const SIZE = { card: 46, gap: 10, column: 232, between: 52, edge: 20, head: 40, lane: 200, laneGap: 14, chip: 34 };
const FLAT_UP_TO = 60; // more jobs than this are grouped by unit
const OPEN_UP_TO = 200; // more jobs than this start folded

const view = { group: null, open: new Map(), openAll: null };

function isGrouped(shown) {
  return view.group === null ? shown.length > FLAT_UP_TO : view.group;
}

function isOpen(unit, shown) {
  if (view.open.has(unit)) return view.open.get(unit);
  return view.openAll === null ? shown.length <= OPEN_UP_TO : view.openAll;
}

// Only stages that have a job to show get a column.
function columnsOf(shown) {
  const used = new Set(shown.map((job) => job.stage));
  return plan.stages.map((name, stage) => ({ name, stage })).filter(({ stage }) => used.has(stage));
}

function layout(shown, width) {
  const narrow = width < 640;
  const size = { ...SIZE, column: narrow ? 190 : SIZE.column, between: narrow ? 40 : SIZE.between, edge: narrow ? 12 : SIZE.edge };
  const grouped = isGrouped(shown);
  const columns = columnsOf(shown);
  const left = size.edge + (grouped && !narrow ? size.lane : 0);
  columns.forEach((column, at) => {
    column.x = left + at * (size.column + size.between);
    column.count = 0;
  });
  const columnOf = new Map(columns.map((column) => [column.stage, column]));
  shown.forEach((job) => { columnOf.get(job.stage).count += 1; });
  const result = { size, grouped, narrow, columns, boxes: [], lanes: [], boxOf: new Map() };
  const bottom = grouped ? lanes(result, shown, columnOf) : flat(result, shown, columnOf);
  result.width = columns.length ? columns[columns.length - 1].x + size.column + size.edge : width;
  result.height = bottom + size.edge;
  return result;
}

function place(result, box) {
  box.id = result.boxes.length;
  result.boxes.push(box);
  box.jobs.forEach((index) => result.boxOf.set(index, box));
}

function flat(result, shown, columnOf) {
  const { size } = result;
  const next = new Map();
  let bottom = size.head;
  for (const job of shown) {
    const y = next.get(job.stage) ?? size.head + 8;
    next.set(job.stage, y + size.card + size.gap);
    place(result, { kind: "job", x: columnOf.get(job.stage).x, y, w: size.column, h: size.card, jobs: [job.index], stage: job.stage });
    bottom = Math.max(bottom, y + size.card);
  }
  return bottom;
}

function lanes(result, shown, columnOf) {
  const { size, narrow } = result;
  const units = new Map();
  for (const job of shown) {
    if (!units.has(job.unitName)) units.set(job.unitName, []);
    units.get(job.unitName).push(job);
  }
  let y = size.head + 8;
  for (const [unit, own] of units) {
    const open = isOpen(unit, shown);
    const top = y;
    if (narrow) y += 30;
    const cells = new Map();
    for (const job of own) {
      if (!cells.has(job.stage)) cells.set(job.stage, []);
      cells.get(job.stage).push(job);
    }
    let bottom = y + (narrow ? 0 : 40);
    for (const [stage, members] of cells) {
      const x = columnOf.get(stage).x;
      if (!open && members.length > 1) {
        place(result, { kind: "cell", unit, x, y: y + 3, w: size.column, h: size.chip, jobs: members.map((job) => job.index), stage });
        bottom = Math.max(bottom, y + 3 + size.chip);
        continue;
      }
      members.forEach((job, at) => {
        const h = open ? size.card : size.chip;
        const jobY = y + (open ? at * (size.card + size.gap) : 3);
        place(result, { kind: "job", small: !open, inLane: true, x, y: jobY, w: size.column, h, jobs: [job.index], stage });
        bottom = Math.max(bottom, jobY + h);
      });
    }
    result.lanes.push({ unit, y: top, h: bottom - top, open, count: own.length });
    y = bottom + size.laneGap;
  }
  return y;
}
