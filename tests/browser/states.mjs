// Every state of the page: axe-core has no finding, and nothing is wider than the window but the drawing.
import { assert, findings, long, open, shot, test } from "./harness.mjs";

const STATES = [
  "", "#view=environments", "#view=units", "#view=change", "#view=compared", "#view=problems", "#layout=needs", "#critical=1",
  "#group=1", "#absent=1", "#edges=artifacts", "#text=nothing%20matches", "#text=make&field=yaml",
];
const PAGES = {
  small: ["#job=api%3Atest"], starts: ["#job=api%3Arelease"], presence: ["#absent=1&job=api%3Arelease", "#job=api%3Aannounce"], based: ["#job=api%3Atest"],
  problems: ["#job=api%3Atest"], empty: [], groups: [], parts: ["#view=parts"], children: ["#job=api%3Arelease"], long: [], large: ["#job=unit-042%3Apackage"],
  ...(long ? { kinds: ["#kind=branch%20main&view=compared"], middle: ["#job=unit-012%3Apackage"], huge: ["#job=unit-1042%3Apackage"] } : {}),
};

// The states that are looked at on a page of this theme and width. The long run looks at each state in both themes and in one width
// each, so that all widths come up: axe-core takes a second for a state, and minutes for all of their combinations.
function chosen(hashes, turn, { name, theme }) {
  if (long) return hashes.filter((_, index) => index % WIDTHS.length === turn);
  return name === "presence" && theme === "light" ? hashes : hashes.filter((hash) => !STATES.includes(hash) || hash === "");
}

const WIDTHS = long ? [1280, 1024, 390] : [1024];

await test("axe-core has no finding in any state, and nothing is wider than the window", async () => {
  const all = [];
  for (const [shift, theme] of ["light", "dark"].entries()) {
    for (const [turn, width] of (long || theme === "light" ? WIDTHS : [390]).entries()) {
      for (const [name, more] of Object.entries(PAGES)) {
        const hashes = chosen([...STATES, ...more], (turn + shift) % WIDTHS.length, { name, theme });
        const page = await open(name, { width, theme });
        for (const hash of hashes) {
          // The state of an address, as a link within the page leads to it.
          await page.evaluate((hash) => { location.hash = hash || "#"; }, hash);
          await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
          const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
          if (wide > 0) all.push(`${name}${hash} at ${width} is ${wide} px too wide`);
          for (const finding of await findings(page, long && theme === "dark" ? ["color-contrast"] : undefined)) all.push(`${name}${hash} ${theme} ${width}: ${finding}`);
          if (hash === "" || hash.includes("job=")) await shot(page, `${name}${hash ? "-job" : ""}-${theme}-${width}`);
        }
        await page.close();
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
