// The state of the page in its address: Back undoes one step, a link shows what its sender saw. Starts that depend on a condition.
import { assert, card, cardText, found, heading, names, open, shot, test } from "./harness.mjs";

const values = (page) => page.$$eval("#filters select, #filters input, #edges", (fields) => Object.fromEntries(fields.map((field) => [field.id, field.value])));
const texts = (page, selector) => page.$$eval(selector, (elements) => elements.map((element) => element.textContent));
const pressed = (page) => page.$$eval("[aria-pressed]", (buttons) => Object.fromEntries(buttons.map((button) => [button.id, button.getAttribute("aria-pressed")])));

await test("Back undoes each filter, and the fields show it", async () => {
  const page = await open("small");
  const steps = [
    ["#by-unit", "api"], ["#by-stage", "deploy"], ["#by-start", "manual"], ["#by-environment", { index: 1 }], ["#by-reason", "own_directory"], ["#search-in", "name"],
  ];
  const states = [];
  for (const [field, value] of steps) {
    states.push([await values(page), await found(page), await names(page)]);
    await page.selectOption(field, value);
  }
  const last = [await values(page), await found(page), await names(page)];
  for (const state of states.toReversed()) {
    await page.goBack();
    assert.deepEqual([await values(page), await found(page), await names(page)], state);
  }
  assert.equal(await found(page), "5 jobs");
  assert.ok(!(await page.isVisible("#clear")));
  for (const _ of steps) await page.goForward();
  assert.deepEqual([await values(page), await found(page), await names(page)], last);
  await page.close();
});

await test("Back after a search shows what was there before it, and the page stays", async () => {
  const page = await open("small");
  await page.click("#search");
  await page.keyboard.type("npm test");
  assert.equal(await found(page), "1 of 5 jobs: 1 by YAML");
  await page.goBack();
  assert.equal(await found(page), "5 jobs");
  assert.equal(await page.inputValue("#search"), "");
  await page.goForward();
  assert.equal(await page.inputValue("#search"), "npm test");
  // An opened job stays open beside a search that does not find it, for who opens the address as well.
  await page.goBack();
  await card(page, "web:test").click();
  await page.fill("#search", "deploy");
  assert.deepEqual(await names(page), ["api:deploy:review", "api:deploy:review:stop"]);
  const other = await open("small", { hash: new URL(page.url()).hash });
  assert.deepEqual([await heading(other), await names(other)], [await heading(page), await names(page)]);
  await other.close();
  await page.goBack();
  await page.fill("#search", "npm test");
  // What is typed after another step is a step of its own.
  await card(page, "web:test").click();
  await page.fill("#search", "web");
  assert.equal(await heading(page), "test");
  await page.goBack();
  assert.equal(await page.inputValue("#search"), "npm test");
  await page.close();
});

await test("each control of the drawing is in the address, and Back sets it back", async () => {
  const page = await open("presence");
  for (const control of ["by-needs", "group", "critical", "absent"]) {
    const before = [await pressed(page), await values(page), await names(page)];
    await page.click(`#${control}`);
    const after = [await pressed(page), await values(page), await names(page)];
    assert.notDeepEqual(after, before, control);
    const address = new URL(page.url()).hash;
    const other = await open("presence", { hash: address });
    assert.deepEqual([await pressed(other), await values(other), await names(other)], after, control);
    await other.close();
    await page.goBack();
    assert.deepEqual([await pressed(page), await values(page), await names(page)], before, control);
  }
  await page.close();
});

await test("open groups, open units and the kind of pipeline are in the address", async () => {
  const reopened = async (page, name, shown) => {
    const before = await shown(page);
    const other = await open(name, { hash: new URL(page.url()).hash });
    assert.deepEqual(await shown(other), before);
    await other.close();
  };
  let page = await open("groups");
  const count = await page.locator(".card").count();
  await page.click(".card.group");
  assert.equal(await page.locator(".card").count(), count + 4);
  await reopened(page, "groups", names);
  await page.goBack();
  assert.equal(await page.locator(".card").count(), count);
  await page.close();
  // Units that somebody opens and closes, in another kind of pipeline.
  page = await open("middle");
  const lanes = (page) => page.$$eval(".lane", (all) => all.map((lane) => `${lane.querySelector("button").title.split(":")[0]} ${lane.classList.contains("open")}`));
  const shown = async (page) => [await texts(page, "#kinds [aria-current]"), await lanes(page), await page.textContent("#fold"), await found(page)];
  const first = await shown(page);
  await page.click("#kinds li:nth-child(2) button");
  const second = await shown(page);
  await page.locator(".lane-name").first().click();
  assert.notDeepEqual(await shown(page), second);
  await reopened(page, "middle", shown);
  await page.click("#fold");
  await reopened(page, "middle", shown);
  await page.locator(".lane-name").nth(1).click();
  await reopened(page, "middle", shown);
  for (let step = 0; step < 3; step += 1) await page.goBack();
  assert.deepEqual(await shown(page), second);
  await page.goBack();
  assert.deepEqual(await shown(page), first);
  await page.close();
});

await test("the filters and the search count jobs, as the heads do", async () => {
  const page = await open("presence");
  assert.deepEqual(await texts(page, "#by-stage option"), ["All stages", "build (4)", "deploy (3–4)"]);
  assert.deepEqual(await texts(page, "#by-start option"), ["All starts", "automatic (6)", "manual (0–1)", "delayed (1)", "conditional (0–1)"]);
  await page.selectOption("#by-stage", "build");
  assert.equal(await found(page), "4 of 7 jobs, up to 8");
  await page.goBack();
  await page.fill("#search", "build");
  assert.equal(await found(page), "6 of 7 jobs, up to 8: 3 by name, 1 by stage, 2 by YAML");
  // The field in which it was found is the one that is said.
  for (const [text, words] of [["manual", "0–1 of 7 jobs, up to 8: 0–1 by start"], ["shop/deployments", "1 of 7 jobs, up to 8: 1 by trigger"], ["make lint", "1 of 7 jobs, up to 8: 1 by YAML"], ["lint", "2 of 7 jobs, up to 8: 1 by name, 1 by YAML"]]) {
    await page.fill("#search", text);
    assert.equal(await found(page), words, text);
  }
  await page.selectOption("#search-in", "name");
  for (const text of ["manual", "deploy", "shop/deployments"]) {
    await page.fill("#search", text);
    assert.ok(await page.isVisible("#nothing"), text);
  }
  await page.close();
});

await test("a job that may be manual is told apart from one that is, and from one that is not", async () => {
  const page = await open("starts");
  assert.deepEqual(await page.$$eval("#counts dd", (counts) => counts.map((count) => count.textContent)), ["1", "4", "1–3", "1"]);
  assert.match(await cardText(page, "api:gate"), /^gate api may be manual/);
  assert.match(await cardText(page, "api:release"), /^release api may be manual/);
  // Certain is what starts so for certain, in the filter as in the header.
  assert.deepEqual(await texts(page, "#by-start option"), ["All starts", "automatic (1–3)", "manual (1–3)"]);
  await page.selectOption("#by-start", "manual");
  assert.deepEqual(await names(page), ["api:ask", "api:gate", "api:release"]);
  await page.goBack();
  await card(page, "api:release").click();
  assert.match(await page.textContent("#panel .badges"), /manual if \$GATE is set and not empty, otherwise automatic/);
  await shot(page, "starts");
  await page.close();
  const plain = await open("starts", { scripts: false });
  assert.match(await plain.textContent(".listing"), /api:release: deploys to prod; manual if `\$GATE` is set and not empty, otherwise automatic/);
  await plain.close();
});

await test("Back undoes what the button of base does, and a folded unit counts its changes", async () => {
  const page = await open("based");
  const pressed = () => page.getAttribute("#layer", "aria-pressed");
  assert.equal(await pressed(), "true");
  await page.click("#layer");
  assert.equal(await pressed(), "false");
  await page.goBack();
  assert.equal(await pressed(), "true");
  assert.ok((await names(page)).includes("api:old"));
  await page.click("#group");
  await page.click("#fold");
  assert.deepEqual(await texts(page, ".cell .mark .sr"), [" 1 added since base", " 1 removed since base", " 1 changed since base"]);
  await page.close();
});

await test("kinds differ by GitLab's jobs, by presence and by start", async () => {
  const page = await open("kinds");
  assert.deepEqual(await texts(page, "#kinds .n"), ["1–2", "5", " +3 ~1"]);
  await page.click("#kinds li:nth-child(2) button");
  assert.equal(await page.textContent("#n-compared"), "+3 ~1");
  await page.click("#tab-compared");
  const words = (await page.textContent("#view-compared")).replaceAll(/\s+/g, " ");
  assert.match(words, /3 jobs added, 0 removed, 1 changed/);
  assert.match(words, /Only in this kind3 jobs/);
  assert.match(words, /api:lintpresence- if `\$L` is set and not empty \+ always start- manual \+ automatic/);
  await page.close();
});
