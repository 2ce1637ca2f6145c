// Pages of thousands of jobs cost as much as a screenful.
import { statSync } from "node:fs";
import path from "node:path";
import { assert, browser, card, focused, folder, found, long, open, test } from "./harness.mjs";

// Scrolls through an element, and returns the median time of a frame.
async function scrolled(selector) {
  const element = document.querySelector(selector);
  const times = [];
  for (let step = 0; step < 60; step += 1) {
    const before = performance.now();
    element.scrollTop = step * 400;
    await new Promise(requestAnimationFrame);
    times.push(performance.now() - before);
  }
  return times.sort((a, b) => a - b)[30];
}

const PAGES = { large: [5000, 2.5e6], ...(long ? { huge: [20000, 10e6] } : {}) };

for (const [name, [count, bytes]] of Object.entries(PAGES)) {
  const number = count.toLocaleString("en");
  await test(`${number} jobs cost as much as a screenful`, async () => {
    const { size } = statSync(path.join(folder, `${name}.html`));
    assert.ok(size < bytes, `${size} bytes`);
    const page = await open(name);
    assert.equal(await found(page), `${number} jobs`);
    const nodes = () => page.evaluate(() => document.querySelectorAll("body *").length);
    assert.ok((await nodes()) < 2500, `${await nodes()} elements`);
    await page.click("#fold");
    assert.equal(await page.textContent("#fold"), "Collapse all");
    const frame = await page.evaluate(scrolled, "#scroller");
    assert.ok((await nodes()) < 4000, `${await nodes()} elements`);
    // A machine that is busy is slow with any page: a plain table of as many rows is the measure.
    const plain = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await plain.setContent(`<div id="t" style="height:700px;overflow:auto"><table>${"<tr><td>unit</td><td>job</td><td>stage</td></tr>".repeat(count)}</table></div>`);
    const measure = await plain.evaluate(scrolled, "#t");
    await plain.close();
    assert.ok(frame < Math.max(50, 8 * measure), `half of the frames took ${frame} ms or more, of a plain table ${measure} ms`);
    const took = (text) => page.evaluate((text) => {
      const before = performance.now();
      const search = document.getElementById("search");
      search.value = text;
      search.dispatchEvent(new Event("input"));
      return performance.now() - before;
    }, text);
    const first = await took("unit-042");
    assert.equal(await found(page), `10 of ${number} jobs: 10 by name`);
    assert.ok(first < count, `the search took ${first} ms`);
    await card(page, "unit-042:package").click();
    await page.click("#panel [data-follow]");
    await page.click("#clear");
    // The names of the units go along with their jobs.
    await page.keyboard.press("Escape");
    await page.evaluate(() => { document.getElementById("scroller").scrollTop = 6000; });
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    const apart = await page.evaluate(() => {
      const top = (element) => element.getBoundingClientRect().top;
      const lane = [...document.querySelectorAll(".lane")].find((element) => top(element) > 300);
      const unit = lane.querySelector("button").title.split(": ")[0];
      const own = [...document.querySelectorAll("#boxes > *")].filter((element) => element.title.startsWith(`${unit}:`));
      return Math.min(...own.map(top)) - top(lane);
    });
    assert.ok(Math.abs(apart) <= 40, `a unit is ${apart} px away from its jobs`);
    await page.close();
  });
}

await test("a folded stage of a unit opens at its first job", async () => {
  const page = await open("large");
  await page.locator(".cell").first().click();
  assert.equal(await focused(page), "unit-000:lint");
  await page.keyboard.press("ArrowDown");
  assert.equal(await focused(page), "unit-000:test");
  await page.keyboard.press("Enter");
  await page.keyboard.press("ArrowDown");
  assert.equal(await focused(page), "unit-000:test 1/4");
  await page.close();
});
