// Pages of thousands of jobs cost as much as a screenful.
import { statSync } from "node:fs";
import path from "node:path";
import { assert, card, focused, folder, found, long, open, test } from "./harness.mjs";

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
    const times = await page.evaluate(async () => {
      const scroller = document.getElementById("scroller");
      const times = [];
      for (let step = 0; step < 120; step += 1) {
        const before = performance.now();
        scroller.scrollTop = (scroller.scrollHeight * step) / 120;
        await new Promise(requestAnimationFrame);
        times.push(performance.now() - before);
      }
      return times.sort((a, b) => a - b);
    });
    assert.ok((await nodes()) < 4000, `${await nodes()} elements`);
    assert.ok(times[60] < 100, `half of the frames took ${times[60]} ms or more`);
    const took = (text) => page.evaluate((text) => {
      const before = performance.now();
      const search = document.getElementById("search");
      search.value = text;
      search.dispatchEvent(new Event("input"));
      return performance.now() - before;
    }, text);
    const first = await took("unit-042");
    assert.equal(await found(page), `10 of ${number} jobs: 10 by name`);
    assert.ok(first < count / 5, `the search took ${first} ms`);
    await card(page, "unit-042:package").click();
    await page.click("#panel [data-follow]");
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
