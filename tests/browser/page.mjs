// Drives the page of `preview --html` in headless Chromium. The pages have 5, 300 and 5,000 jobs; the long run has 20,000 as
// well, and more themes and widths. Usage: node page.mjs NODE_MODULES CHROMIUM FOLDER [long]; screenshots are left in the folder.
import { assert, card, cardText, finish, focused, found, heading, names, open, shot, test } from "./harness.mjs";

await test("five jobs are drawn in their stages, with their needs as curves that have a direction", async () => {
  const page = await open("small");
  assert.deepEqual(await names(page), ["api:build", "api:deploy:review", "api:deploy:review:stop", "api:test", "web:test"]);
  assert.deepEqual(await page.$$eval(".head .name", (heads) => heads.map((head) => head.textContent)), ["build", "test", "deploy"]);
  assert.equal(await page.locator("#curves path.edge[marker-end]").count(), 3);
  const x = (title) => page.$eval(`.card[title="${title}"]`, (element) => element.getBoundingClientRect().x);
  assert.ok((await x("api:build")) < (await x("api:test")) && (await x("api:test")) < (await x("api:deploy:review")));
  assert.match(await cardText(page, "web:test"), /web/);
  await page.close();
});

await test("jobs are shown as GitLab makes them", async () => {
  const page = await open("presence");
  assert.equal(await found(page), "7 jobs, up to 8");
  assert.deepEqual(await page.$$eval("#counts dd", (counts) => counts.map((count) => count.textContent)), ["1", "7–8", "0–1", "0", "1"]);
  assert.deepEqual(await page.$$eval(".head .n", (counts) => counts.map((count) => count.textContent)), ["4", "3–4"]);
  assert.match(await cardText(page, "api:build"), /^build ×3 api/);
  assert.match(await cardText(page, "api:announce"), /^announce api manual, if /);
  assert.match(await cardText(page, "api:later"), /^later api 1 hour/);
  assert.match(await cardText(page, "api:downstream"), /^downstream api triggers shop\/dep ?loyments/);
  // Jobs that are left out are shown on request, faint; nothing waits for one.
  assert.equal(await card(page, "api:release").count(), 0);
  await page.click("#absent");
  assert.match(await cardText(page, "api:release"), /^release api left out by rules/);
  assert.equal(await page.locator("#curves path.edge").count(), 4);
  await card(page, "api:announce").click();
  const panel = await page.textContent("#panel");
  assert.match(panel, /manualif \$ANNOUNCE is yes/);
  assert.match(panel, /1 needed job left out by rules/);
  await shot(page, "presence");
  await page.close();
});

await test("jobs are found by name, by YAML, unit, stage, environment, reason and start", async () => {
  const page = await open("small");
  await page.keyboard.press("/");
  await page.keyboard.type("api build");
  assert.deepEqual(await names(page), ["api:build", "api:test"]);
  assert.equal(await found(page), "2 of 5 jobs: 1 by name, 1 by YAML");
  await page.keyboard.press("Escape");
  assert.equal(await found(page), "5 jobs");
  await page.fill("#search", "npm test");
  assert.equal(await found(page), "1 of 5 jobs: 1 by YAML");
  assert.match(await cardText(page, "web:test"), /YAML: .*npm test/);
  await page.selectOption("#search-in", "name");
  assert.ok(await page.isVisible("#nothing"));
  await page.click("#clear");
  await page.fill("#search", "manual");
  assert.deepEqual(await names(page), ["api:deploy:review:stop"]);
  assert.equal(await found(page), "1 of 5 jobs: 1 by start");
  await page.click("#clear");
  for (const [field, value, wanted] of [
    ["#by-unit", "web", ["web:test"]],
    ["#by-stage", "deploy", ["api:deploy:review", "api:deploy:review:stop"]],
    ["#by-environment", { index: 1 }, ["api:deploy:review", "api:deploy:review:stop"]],
    ["#by-reason", "depends_on", ["web:test"]],
    ["#by-start", "manual", ["api:deploy:review:stop"]],
  ]) {
    await page.selectOption(field, value);
    assert.deepEqual(await names(page), wanted, field);
    await page.click("#clear");
  }
  // A reason is no name: the change to one file is not in the text that is searched.
  await page.fill("#search", "main.js");
  assert.ok(await page.isVisible("#nothing"));
  await page.click("#nothing-clear");
  assert.equal(await found(page), "5 jobs");
  await page.close();
});

await test("a job opens with its YAML, the place of each line, its needs and its reasons", async () => {
  const page = await open("small");
  await card(page, "api:test").click();
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

await test("a need is followed, a link leads to the job, Escape and Back go back to where one was", async () => {
  const page = await open("small");
  await card(page, "api:test").click();
  await page.click("#panel [data-follow]");
  assert.equal(await heading(page), "build");
  assert.equal(new URL(page.url()).hash, "#job=api%3Abuild");
  assert.equal(await page.$eval(".card.selected", (element) => element.title), "api:build");
  assert.equal(await page.locator("#curves path.edge.strong").count(), 3);
  await page.goBack();
  assert.equal(await heading(page), "test");
  await page.goBack();
  assert.ok(!(await page.isVisible("#panel")));
  await page.goForward();
  await page.keyboard.press("Escape");
  assert.ok(!(await page.isVisible("#panel")));
  assert.equal(await focused(page), "api:test");
  await page.close();
  // Links that an older page made, and one that nobody can decode.
  const other = await open("small", { hash: "#job=web%3Atest" });
  assert.equal(await heading(other), "test");
  await other.close();
  const broken = await open("small", { hash: "#job=%E0%A4%A&view=units" });
  assert.ok(await broken.isVisible("#view-units"));
  await broken.close();
});

await test("the keyboard alone reaches every job, and every control has a name", async () => {
  const page = await open("small");
  await page.focus('.card[tabindex="0"]');
  const first = await focused(page);
  await page.keyboard.press("ArrowRight");
  assert.equal(await focused(page), "api:test");
  await page.keyboard.press("ArrowDown");
  assert.equal(await focused(page), "web:test");
  await page.keyboard.press("ArrowLeft");
  assert.equal(await focused(page), first);
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.closest("#panel") !== null), true);
  assert.equal(await page.locator('.card[tabindex="0"]').count(), 1);
  const nameless = await page.$$eval("button, select, input", (controls) =>
    controls.filter((control) => !(control.getAttribute("aria-label") || control.textContent.trim() || control.labels?.[0]?.textContent.trim())).map((control) => control.outerHTML));
  assert.deepEqual(nameless, []);
  assert.match(await card(page, "api:deploy:review:stop").textContent(), /manual.*stops review/);
  await page.keyboard.press("Escape");
  // A unit's own button is left of its first job.
  await page.click("#group");
  await card(page, "api:build").focus();
  await page.keyboard.press("ArrowLeft");
  assert.equal(await page.evaluate(() => document.activeElement.dataset.unit !== undefined && document.activeElement.getAttribute("aria-expanded")), "true");
  await page.keyboard.press("Enter");
  assert.equal(await page.locator(".lane.open").count(), 1);
  // The focus stays where it was, on a new element; so does that of a click.
  const lane = () => page.evaluate(() => document.activeElement.dataset.unit !== undefined && document.activeElement.getAttribute("aria-expanded"));
  assert.equal(await lane(), "false");
  await page.locator(".lane-name").first().click();
  assert.equal(await lane(), "true");
  await page.close();
});

await test("environments and units have their own views, built when they are opened", async () => {
  const page = await open("small");
  const nodes = (view) => page.evaluate((id) => document.getElementById(id).childElementCount, view);
  for (const view of ["view-environments", "view-units", "view-change", "view-compared"]) assert.equal(await nodes(view), 0, view);
  await page.click("#tab-environments");
  // Not `innerText`: what the browser has not laid out yet has none.
  const text = await page.textContent("#view-environments");
  assert.match(text, /development/);
  assert.match(text, /api:deploy:review:stop\s*stop, manual/);
  await page.click("#view-environments [data-follow]");
  assert.equal(await heading(page), "deploy:review");
  await page.click("#tab-units");
  assert.match(await page.textContent("#view-units"), /web[\s\S]*depends on api/);
  assert.match(await page.textContent("#view-units"), /1 unit not in this pipeline/);
  assert.match(await page.textContent("#view-units"), /docs: none of the 3 changed paths is in docs\//);
  await page.locator("#view-units button", { hasText: "Show its jobs" }).nth(1).click();
  assert.equal(await found(page), "1 of 5 jobs");
  await page.close();
});

await test("the shop's page, as the README shows it", async () => {
  const page = await open("shop");
  await page.setViewportSize({ width: 1280, height: 720 });
  await card(page, "services/web:deploy:review").click();
  assert.equal(await heading(page), "deploy:review");
  const facts = await page.$$eval("#panel .facts > *", (items) => items.map((item) => `${item.tagName} ${item.textContent}`));
  assert.deepEqual(facts.slice(0, 4), ["DT Name", "DD review/$CI_COMMIT_REF_SLUG/services-web", "DT Action", "DD start"]);
  for (const name of await names(page)) {
    await card(page, name).click();
    const text = await page.textContent("#panel");
    assert.ok(text.includes("YAML") && !/\[object|undefined|NaN/.test(text), `${name}: ${text}`);
  }
  await page.evaluate(() => document.getElementById("scroller").scrollTo(0, 0));
  await card(page, "services/web:test 1/1").click();
  await page.mouse.move(640, 700);
  await shot(page, "shop");
  await page.close();
});

// One after the other: each module awaits its tests.
for (const module of ["features", "address", "states", "sizes"]) await import(`./${module}.mjs`);
await finish();
