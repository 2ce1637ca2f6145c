// Drives the page of `preview --html` in headless Chromium: small.html has five jobs, large.html five thousand.
// Usage: node page.mjs PLAYWRIGHT CHROMIUM FOLDER; screenshots are left in the folder.
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import path from "node:path";

const [playwright, executablePath, folder] = process.argv.slice(2);
const { chromium } = (await import(pathToFileURL(path.join(playwright, "index.mjs")))).default;
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--force-color-profile=srgb"] });
const complaints = [];

async function open(name, { width = 1280, theme = "light" } = {}) {
  const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme: theme });
  page.on("console", (message) => complaints.push(`${name}: ${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`${name}: ${error}`));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith("file:") && !url.startsWith("data:")) complaints.push(`${name}: asked for ${url}`);
    if (url.startsWith("file:") && !url.endsWith(`${name}.html`)) complaints.push(`${name}: asked for ${url}`);
  });
  await page.goto(pathToFileURL(path.join(folder, `${name}.html`)).href);
  await page.waitForSelector(".card, .cell");
  return page;
}
const names = (page) => page.$$eval(".card", (cards) => cards.map((card) => card.title).sort());
const found = (page) => page.textContent("#found");
const heading = (page) => page.textContent("#panel h2");
const shot = (page, name) => page.screenshot({ path: path.join(folder, `${name}.png`) });

async function test(what, run) {
  try {
    await run();
    console.log(`ok ${what}`);
  } catch (error) {
    console.log(`NOT ok ${what}\n${error.stack}`);
    process.exitCode = 1;
  }
}

await test("five jobs are drawn in their stages, with their needs as curves", async () => {
  const page = await open("small");
  assert.deepEqual(await names(page), ["api:build", "api:deploy:review", "api:deploy:review:stop", "api:test", "web:test"]);
  assert.deepEqual(await page.$$eval(".head .name", (heads) => heads.map((head) => head.textContent)), ["build", "test", "deploy"]);
  assert.equal(await page.locator("#curves path").count(), 3);
  const x = (title) => page.$eval(`.card[title="${title}"]`, (card) => card.getBoundingClientRect().x);
  assert.ok((await x("api:build")) < (await x("api:test")) && (await x("api:test")) < (await x("api:deploy:review")));
  assert.equal(await page.$eval('.card[title="web:test"]', (card) => card.innerText.includes("web")), true);
  await page.close();
});

await test("jobs are shown as GitLab makes them", async () => {
  const page = await open("presence");
  assert.equal(await found(page), "4 jobs, up to 5");
  assert.deepEqual(await page.$$eval("#counts dd", (counts) => counts.map((count) => count.textContent)), ["1", "4–5", "1", "0", "1"]);
  assert.deepEqual(await page.$$eval(".head .n", (counts) => counts.map((count) => count.textContent)), ["3", "1–2"]);
  const text = (job) => page.$eval(`.card[title="api:${job}"]`, (card) => card.innerText.replaceAll(/\s+/g, " ").trim());
  assert.equal(await text("build"), "build ×3 api");
  assert.equal(await text("release"), "release api left out by rules");
  assert.match(await text("announce"), /^announce api if /);
  assert.equal(await text("downstream"), "downstream api triggers shop/deployments");
  // Nothing waits for a job that is left out, and it waits for nothing.
  assert.equal(await page.locator("#curves path").count(), 1);
  await page.click('.card[title="api:release"]');
  assert.match(await page.textContent("#panel"), /left out by rules: no rule applies \(api\/nestling.yml:2:/);
  await page.click('.card[title="api:announce"]');
  const panel = await page.textContent("#panel");
  assert.match(panel, /manualif `\$ANNOUNCE` is `yes`/);
  assert.match(panel, /1 needed job left out by rules/);
  await shot(page, "presence");
  await page.close();
});

await test("jobs are found by text, unit, stage, environment and reason", async () => {
  const page = await open("small");
  await page.keyboard.press("/");
  await page.keyboard.type("api build");
  assert.deepEqual(await names(page), ["api:build"]);
  assert.equal(await found(page), "1 of 5 jobs");
  await page.keyboard.press("Escape");
  assert.equal(await found(page), "5 jobs");
  await page.selectOption("#by-unit", "web");
  assert.deepEqual(await names(page), ["web:test"]);
  await page.click("#clear");
  await page.selectOption("#by-stage", "deploy");
  assert.deepEqual(await names(page), ["api:deploy:review", "api:deploy:review:stop"]);
  await page.click("#clear");
  await page.selectOption("#by-environment", { index: 1 });
  assert.deepEqual(await names(page), ["api:deploy:review", "api:deploy:review:stop"]);
  await page.click("#clear");
  await page.selectOption("#by-reason", "depends_on");
  assert.deepEqual(await names(page), ["web:test"]);
  await page.fill("#search", "no such thing");
  assert.ok(await page.isVisible("#nothing"));
  await page.click("#nothing-clear");
  assert.equal(await found(page), "5 jobs");
  await page.close();
});

await test("a job opens with its YAML, the place of each line, its needs and its reasons", async () => {
  const page = await open("small");
  await page.click('.card[title="api:test"]');
  assert.equal(await heading(page), "test");
  const text = await page.textContent("#panel");
  assert.match(text, /api\/main\.js changed/);
  assert.match(text, /Waits for 1 job\s*api:build/);
  const rows = await page.$$eval(".yaml .row", (rows) => rows.map((row) => [row.querySelector("code").textContent, row.title]));
  assert.deepEqual(rows[0], ["api:test:", "api/nestling.yml:10"]);
  const hostile = rows.find(([line]) => line.includes("</script>"));
  assert.ok(hostile, JSON.stringify(rows));
  assert.equal(await page.evaluate(() => window.hostile), undefined);
  await page.close();
});

await test("a need is followed, a link leads to the job, Escape goes back to where one was", async () => {
  const page = await open("small");
  await page.click('.card[title="api:test"]');
  await page.click("#panel [data-follow]");
  assert.equal(await heading(page), "build");
  assert.equal(new URL(page.url()).hash, "#job=api%3Abuild");
  assert.equal(await page.$eval(".card.selected", (card) => card.title), "api:build");
  assert.equal(await page.locator("#curves path.strong").count(), 3);
  await page.keyboard.press("Escape");
  assert.ok(!(await page.isVisible("#panel")));
  assert.equal(await page.evaluate(() => document.activeElement.title), "api:build");
  await page.goto(`${page.url().split("#")[0]}#job=web%3Atest`);
  await page.reload();
  await page.waitForSelector("#panel h2");
  assert.equal(await heading(page), "test");
  await page.close();
});

await test("the keyboard alone reaches every job, and every control has a name", async () => {
  const page = await open("small");
  await page.focus('.card[tabindex="0"]');
  const at = () => page.evaluate(() => document.activeElement.title);
  const first = await at();
  await page.keyboard.press("ArrowRight");
  assert.equal(await at(), "api:test");
  await page.keyboard.press("ArrowDown");
  assert.equal(await at(), "web:test");
  await page.keyboard.press("ArrowLeft");
  assert.equal(await at(), first);
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.closest("#panel") !== null), true);
  assert.equal(await page.locator('.card[tabindex="0"]').count(), 1);
  const nameless = await page.$$eval("button, select, input", (controls) =>
    controls.filter((it) => !(it.getAttribute("aria-label") || it.textContent.trim() || it.labels?.[0]?.textContent.trim())).map((it) => it.outerHTML));
  assert.deepEqual(nameless, []);
  assert.match(await page.getAttribute('.card[title="api:deploy:review:stop"]', "aria-label"), /manual.*stops review/);
  await page.close();
});

await test("environments and units have their own views", async () => {
  const page = await open("small");
  await page.click("#tab-environments");
  // Not `innerText`: what the browser has not laid out yet has none.
  const text = await page.textContent("#view-environments");
  assert.match(text, /development/);
  assert.match(text, /api:deploy:review:stop\s*stop, manual/);
  await page.click('#view-environments [data-follow]');
  assert.equal(await heading(page), "deploy:review");
  await page.click("#tab-units");
  assert.match(await page.textContent("#view-units"), /web[\s\S]*depends on api/);
  assert.match(await page.textContent("#view-units"), /1 unit not in this pipeline/);
  await page.locator("#view-units button", { hasText: "Show its jobs" }).nth(1).click();
  assert.equal(await found(page), "1 of 5 jobs");
  await page.close();
});

await test("five thousand jobs cost as much as a screenful", async () => {
  const page = await open("large");
  assert.equal(await found(page), "5,000 jobs");
  const size = () => page.evaluate(() => document.querySelectorAll("#boxes > *, #lanes > *, #curves > *").length);
  assert.ok((await size()) < 700, `${await size()} elements`);
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
  assert.ok((await size()) < 1200, `${await size()} elements`);
  assert.ok(times[60] < 100, `half of the frames took ${times[60]} ms or more`);
  const took = await page.evaluate(() => {
    const before = performance.now();
    const search = document.getElementById("search");
    search.value = "unit-042";
    search.dispatchEvent(new Event("input"));
    return performance.now() - before;
  });
  assert.equal(await found(page), "10 of 5,000 jobs");
  assert.ok(took < 500, `the search took ${took} ms`);
  await page.click('.card[title="unit-042:package"]');
  await page.click("#panel [data-follow]");
  await page.close();
});

await test("a folded stage of a unit opens at its first job", async () => {
  const page = await open("large");
  await page.click('.cell[aria-label^="unit-000, test"]');
  assert.equal(await page.evaluate(() => document.activeElement.title), "unit-000:lint");
  await page.keyboard.press("ArrowDown");
  assert.equal(await page.evaluate(() => document.activeElement.title), "unit-000:test 1/4");
  await page.close();
});

await test("nothing is wider than the window but the drawing, in both themes", async () => {
  for (const theme of ["light", "dark"]) {
    for (const width of [1280, 400]) {
      for (const name of ["small", "large"]) {
        const page = await open(name, { width, theme });
        const wide = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        assert.ok((await wide()) <= 0, `${name} at ${width}`);
        await shot(page, `${name}-${theme}-${width}`);
        if (name === "small") {
          await page.click('.card[title="api:test"]');
          assert.ok((await wide()) <= 0, `the panel at ${width}`);
          await shot(page, `job-${theme}-${width}`);
          await page.click("#panel button[aria-label=Close]");
          await page.click("#tab-environments");
          assert.ok((await wide()) <= 0, `environments at ${width}`);
          await shot(page, `environments-${theme}-${width}`);
        }
        await page.close();
      }
    }
  }
});

await test("the shop's page, as the README shows it", async () => {
  const page = await open("shop");
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.click('.card[title="services/web:deploy:review"]');
  assert.equal(await heading(page), "deploy:review");
  const facts = await page.$$eval("#panel .facts > *", (items) => items.map((item) => `${item.tagName} ${item.textContent}`));
  assert.deepEqual(facts.slice(0, 4), ["DT Name", "DD review/$CI_COMMIT_REF_SLUG/services-web", "DT Action", "DD start"]);
  for (const card of await names(page)) {
    await page.click(`.card[title="${card}"]`);
    const text = await page.textContent("#panel");
    assert.ok(text.includes("YAML") && !/\[object|undefined|NaN/.test(text), `${card}: ${text}`);
  }
  await page.evaluate(() => document.getElementById("scroller").scrollTo(0, 0));
  await page.click('.card[title="services/web:test 1/1"]');
  await page.mouse.move(640, 700);
  await shot(page, "shop");
  await page.close();
});

await test("no complaint in the console, and nothing asked for from anywhere", async () => {
  assert.deepEqual(complaints, []);
});

await browser.close();
