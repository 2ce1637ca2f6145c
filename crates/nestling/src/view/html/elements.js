// Elements and icons.

// An element: `el("button", { class: "card", onclick: f }, "text", child)`.
function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

// A text that is cut in its middle where it does not fit: the end of a name tells it apart from its neighbors.
const TAIL = 14;
function middle(text, extra = "", tail = TAIL) {
  const all = letters(text);
  if (all.length <= tail + 4) return el("span", { class: `cut ${extra}` }, text);
  const join = (part) => (typeof all === "string" ? part : part.join(""));
  return el("span", { class: `mid ${extra}`, title: text },
    el("span", { class: "a" }, join(all.slice(0, -tail))), el("span", { class: "b" }, join(all.slice(-tail))));
}

// The letters as a reader sees them: an emoji of several code points is one. Most names are ASCII, where a string is its own list.
const segments = typeof Intl.Segmenter === "function" ? new Intl.Segmenter() : null;
function letters(text) {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  return segments ? [...segments.segment(text)].map(({ segment }) => segment) : [...text];
}

// Cuts where CSS cannot, such as in an option of a select.
function cutMiddle(text, most) {
  const all = [...letters(text)];
  if (all.length <= most) return text;
  const tail = Math.floor((most - 1) / 2);
  return `${all.slice(0, most - 1 - tail).join("")}…${all.slice(-tail).join("")}`;
}

// A sentence with its code, which is between back-ticks.
function prose(text) {
  return text.split("`").map((piece, index) => (index % 2 ? el("code", { class: "word" }, piece) : piece));
}

// Text that only a screen reader reads.
function hidden(text) {
  return el("span", { class: "sr" }, text);
}

const ICONS = {
  automatic: '<circle cx="8" cy="8" r="6"/><path class="fill" d="M6.7 5.400v5.200L10.7 8z"/>',
  manual: '<circle cx="8" cy="8" r="6"/><path class="fill" d="M5.6 5.600h1.700v4.800H5.600zM8.7 5.600h1.700v4.800H8.700z"/>',
  varies: '<circle cx="8" cy="8" r="6"/><path class="fill" d="M4.800 5.600h1.700v4.800H4.800zM8 5.400v5.200L11.800 8z"/>',
  delayed: '<circle cx="8" cy="8" r="6"/><path d="M8 4.800V8l2.2 1.6"/>',
  on_failure: '<circle cx="8" cy="8" r="6"/><path d="M8 4.900v3.800M8 10.700v.2"/>',
  trigger: '<path d="M3 8h7M7 4.500L10.5 8 7 11.500M13 3.500v9"/>',
  start: '<path d="M8 13V3.500M4 7.200L8 3.200l4 4"/>',
  stop: '<rect x="4" y="4" width="8" height="8" rx="1.5"/>',
  other: '<circle cx="8" cy="8" r="2.5"/><path d="M8 2.500v3M8 10.500v3M2.5 8h3M10.5 8h3"/>',
  group: '<rect x="2.5" y="5.5" width="8" height="8" rx="1.5"/><path d="M5.5 2.500h6.500A1.5 1.5 0 0 1 13.500 4v6.500"/>',
  added: '<path d="M8 3.500v9M3.500 8h9"/>',
  removed: '<path d="M3.500 8h9"/>',
  changed: '<path d="M2.500 9.500c2-4 4-4 5.500-1.500s3.500 2.500 5.500-1.500"/>',
  error: '<circle cx="8" cy="8" r="6"/><path d="M5.700 5.700l4.600 4.600M10.300 5.700l-4.600 4.600"/>',
  warning: '<path d="M8 2.500l6 11H2zM8 6.500v3M8 11.400v.2"/>',
  note: '<circle cx="8" cy="8" r="6"/><path d="M8 7.300v3.700M8 5v.2"/>',
  close: '<path d="M4 4l8 8M12 4l-8 8"/>',
  chevron: '<path d="M6 4l4 4-4 4"/>',
  sun: '<circle cx="8" cy="8" r="3"/><path d="M8 1.500v1.500M8 13v1.500M1.5 8H3M13 8h1.500M3.4 3.400l1 1M11.6 11.600l1 1M12.6 3.400l-1 1M4.4 11.600l-1 1"/>',
  moon: '<path d="M13 9.600A5.6 5.6 0 0 1 6.4 3a5.5 5.5 0 1 0 6.6 6.600z"/>',
  auto: '<circle cx="8" cy="8" r="5.5"/><path class="fill" d="M8 2.500a5.5 5.5 0 0 1 0 11z"/>',
  copy: '<rect x="5.5" y="5.5" width="7.5" height="7.5" rx="1.5"/><path d="M10.5 3H4.500A1.5 1.5 0 0 0 3 4.500v6"/>',
};

const drawnIcons = new Map(); // an icon is parsed once, and copied for each card
function icon(name, extra = "") {
  if (!drawnIcons.has(name)) {
    const first = document.createElement("span");
    first.setAttribute("aria-hidden", "true");
    first.innerHTML = `<svg viewBox="0 0 16 16">${ICONS[name]}</svg>`;
    drawnIcons.set(name, first);
  }
  const holder = drawnIcons.get(name).cloneNode(true);
  holder.className = `i ${extra}`;
  return holder;
}
