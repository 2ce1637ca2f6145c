// Pages of thousands of jobs cost as much as a screenful.
import { statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
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

// The page of a name, or a plain table of as many rows: the time until it is shown, and of a frame while it is scrolled. Of three
// loads the fastest counts: a machine that is busy is slow with any page.
async function measured(name, selector) {
  let shown = Infinity;
  let frame = Infinity;
  for (let turn = 0; turn < 3; turn += 1) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.addInitScript(() => document.addEventListener("DOMContentLoaded", () => {
      requestAnimationFrame(() => requestAnimationFrame(() => { window.shownAfter = performance.now(); }));
    }));
    await page.goto(pathToFileURL(path.join(folder, `${name}.html`)).href);
    await page.waitForFunction(() => window.shownAfter !== undefined);
    shown = Math.min(shown, await page.evaluate(() => window.shownAfter));
    if (await page.$("#fold")) await page.click("#fold");
    frame = Math.min(frame, await page.evaluate(scrolled, selector));
    await page.close();
  }
  return { shown, frame };
}

// A plain table with the same words, which no page can be faster than that shows them all.
function writeTable(count) {
  const rows = [];
  for (let row = 0; row < count; row += 1) rows.push(`<tr><td>unit-${Math.floor(row / 10)}</td><td>job ${row % 10}</td><td>test</td><td>needs 1 job</td></tr>`);
  writeFileSync(path.join(folder, `table-${count}.html`), `<!doctype html><meta charset="utf-8"><title>Table</title><div id="t" style="height:700px;overflow:auto"><table>${rows.join("")}</table></div>`);
  return `table-${count}`;
}

const ratio = (ours, plain) => `${Math.round(ours)} ms, plain table ${Math.round(plain)} ms, ratio ${(ours / plain).toFixed(2)}`;

const PAGES = { large: [5000, 2.5e6], ...(long ? { huge: [20000, 10e6] } : {}) };

for (const [name, [count, bytes]] of Object.entries(PAGES)) {
  const number = count.toLocaleString("en");
  await test(`${number} jobs cost as much as a screenful`, async () => {
    const { size } = statSync(path.join(folder, `${name}.html`));
    assert.ok(size < bytes, `${size} bytes`);
    let page = await open(name);
    assert.equal(await found(page), `${number} jobs`);
    const nodes = () => page.evaluate(() => document.querySelectorAll("body *").length);
    assert.ok((await nodes()) < 2500, `${await nodes()} elements`);
    // The options of a field with hundreds of units are made when it is used, and what is chosen stays chosen.
    const options = () => page.$$eval("#by-unit option", (all) => all.length);
    assert.equal(await options(), 1);
    await page.focus("#by-unit");
    assert.equal(await options(), count / 10 + 1);
    await page.selectOption("#by-unit", "unit-007");
    const address = new URL(page.url()).hash;
    await page.close();
    page = await open(name, { hash: address });
    assert.equal(await found(page), `10 of ${number} jobs`);
    assert.equal(await page.inputValue("#by-unit"), "unit-007");
    assert.equal(await options(), 2);
    await page.click("#clear");
    await page.click("#fold");
    assert.equal(await page.textContent("#fold"), "Collapse all");
    await page.evaluate(scrolled, "#scroller");
    assert.ok((await nodes()) < 4000, `${await nodes()} elements`);
    const ours = await measured(name, "#scroller");
    const plain = await measured(writeTable(count), "#t");
    console.log(`# ${number} jobs: ${(size / 1e6).toFixed(2)} MB; shown after ${ratio(ours.shown, plain.shown)}; frame while scrolling ${ratio(ours.frame, plain.frame)}`);
    assert.ok(ours.shown < Math.max(500, 5 * plain.shown), `shown after ${ratio(ours.shown, plain.shown)}`);
    assert.ok(ours.frame < Math.max(50, 8 * plain.frame), `half of the frames took ${ratio(ours.frame, plain.frame)} or more`);
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
    assert.match(await page.textContent("#panel .in-kinds"), /branch main: in/);
    await page.click("#clear");
    // Another kind is derived when its tab is opened.
    const derived = await page.evaluate(() => {
      const before = performance.now();
      document.querySelectorAll("#kinds button")[1].click();
      return performance.now() - before;
    });
    assert.ok(derived < count, `another kind took ${derived} ms`);
    assert.match(await page.textContent("#title"), /branch main/);
    await page.goBack();
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
