// Every state of the page: axe-core has no finding, and nothing is wider than the window but the drawing.
import { assert, findings, long, open, shot, test } from "./harness.mjs";

const STATES = [
  "", "#view=environments", "#view=units", "#view=change", "#view=compared", "#view=problems", "#layout=needs", "#critical=1",
  "#group=1", "#absent=1", "#edges=artifacts", "#text=nothing%20matches", "#text=make&field=yaml",
];
const PAGES = {
  small: ["#job=api%3Atest"], presence: ["#absent=1&job=api%3Arelease", "#job=api%3Aannounce"], based: ["#job=api%3Atest"],
  problems: ["#job=api%3Atest"], empty: [], groups: [], parts: ["#view=parts"], children: ["#job=api%3Arelease"], large: ["#job=unit-042%3Apackage"],
};

await test("axe-core has no finding in any state, and nothing is wider than the window", async () => {
  const all = [];
  for (const theme of ["light", "dark"]) {
    for (const width of long ? [1280, 1024, 400] : theme === "light" ? [1024] : [400]) {
      for (const [name, more] of Object.entries(PAGES)) {
        const states = long || (name === "presence" && theme === "light") ? [...STATES, ...more] : ["", ...more];
        for (const hash of states) {
          const page = await open(name, { width, theme, hash });
          const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
          if (wide > 0) all.push(`${name}${hash} at ${width} is ${wide} px too wide`);
          for (const finding of await findings(page)) all.push(`${name}${hash} ${theme} ${width}: ${finding}`);
          if (hash === "" || hash.includes("job=")) await shot(page, `${name}${hash ? "-job" : ""}-${theme}-${width}`);
          await page.close();
        }
      }
    }
  }
  assert.deepEqual(all, []);
});

await test("filters can be read at 1024 pixels", async () => {
  const page = await open("large", { width: 1024 });
  const cut = await page.$$eval(".filters select", (selects) => selects.filter((select) => {
    const probe = document.createElement("span");
    probe.style.position = "absolute";
    probe.style.font = getComputedStyle(select).font;
    probe.textContent = select.selectedOptions[0].textContent;
    document.body.append(probe);
    const width = probe.getBoundingClientRect().width;
    probe.remove();
    return select.checkVisibility() && width + 28 > select.getBoundingClientRect().width;
  }).map((select) => select.id));
  assert.deepEqual(cut, []);
  await page.close();
});
