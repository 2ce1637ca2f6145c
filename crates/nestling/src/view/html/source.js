// Places in files, and the YAML of a job with the place of each line. Lines of the repository lead to the project's host.
function placeLink(file, line, ...text) {
  const [path, inRepository] = data.files[file];
  if (!data.source || !inRepository || data.unlinked?.includes(file)) return el("span", {}, ...text);
  const address = `${data.source}${path.split("/").map(encodeURIComponent).join("/")}#L${line}`;
  return el("a", { href: address, target: "_blank", rel: "noreferrer noopener" }, ...text);
}

function place(file, line) {
  return placeLink(file, line, `${data.files[file][0]}:${line}`);
}

function base(path) {
  return path.split("/").pop();
}

function yamlPart(job) {
  const text = job.lines.map((line) => data.lines[line][0]).join("\n");
  const copy = el("button", { type: "button", class: "plain copy", onclick: () => copyText(copy, text) }, icon("copy"), "Copy");
  return el("section", {}, el("div", { class: "with-button" }, el("h3", {}, "YAML"), copy), ...yamlLines(job.lines, job));
}

function yamlLines(lines, job) {
  const used = [...new Set(lines.map((line) => data.lines[line][1]))];
  const body = el("div", { class: "yaml", role: "group", "aria-label": "YAML with the source of each line", tabindex: "0" });
  const problems = job ? problemLines(job) : new Map();
  let last = "";
  let lastFile = -1;
  for (const line of lines) {
    const [text, file, number] = data.lines[line];
    const at = `${data.files[file][0]}:${number}`;
    const shown = file === lastFile ? [`:${number}`] : [el("span", { class: "cut" }, base(data.files[file][0])), `:${number}`];
    const problem = problems.get(`${file}:${number}`);
    body.append(el("div", { class: `row ${problem ? problem.severity : ""}`, title: problem ? `${at}: ${problem.message}` : at },
      el("span", { class: `from f${used.indexOf(file) % 6}` }, at === last ? [] : placeLink(file, number, ...shown)),
      el("code", {}, ...colored(text))));
    last = at;
    lastFile = file;
  }
  const legend = el("ul", { class: "legend" }, used.map((file, index) => el("li", {}, el("span", { class: `swatch f${index % 6}` }), data.files[file][0])));
  return [legend, body];
}

function copyText(button, text) {
  const say = (word) => {
    button.lastChild.textContent = word;
    setTimeout(() => { button.lastChild.textContent = "Copy"; }, 1500);
  };
  if (!navigator.clipboard) return say("Not available");
  navigator.clipboard.writeText(text).then(() => say("Copied"), () => say("Not allowed"));
}

// Keys apart from values is all the color that a job needs.
function colored(line) {
  const match = /^(\s*(?:- )*)("[^"]*"|[^\s:"][^:]*)(:)(\s.*)?$/.exec(line);
  if (!match) return [line || " "];
  return [match[1], el("span", { class: "key" }, match[2]), match[3], match[4] || ""];
}
