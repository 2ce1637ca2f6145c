// Rules, kinds of pipelines, base, the change, layouts, problems, print.
import { assert, browser, card, cardText, found, names, open, shot, test } from "./harness.mjs";

const text = (page, selector) => page.$eval(selector, (element) => element.textContent.replaceAll(/\s+/g, " ").trim());

await test("each rule has its verdict, its values and what would change it", async () => {
  const page = await open("presence", { hash: "#absent=1&job=api:release" });
  assert.match(await text(page, "#panel .rules"), /does not apply.*if: \$CI_COMMIT_TAG.*\$CI_COMMIT_TAG is not set.*it would if \$CI_COMMIT_TAG is set and not empty.*otherwise → left out/);
  await card(page, "api:announce").click();
  assert.match(await text(page, "#panel .rules"), /may decide → manual.*\$ANNOUNCE is not known before the pipeline is created/);
  await card(page, "api:later").click();
  const rules = await page.$$eval("#panel .rule", (rules) => rules.map((rule) => rule.className.replace("rule ", "")));
  assert.deepEqual(rules, ["no", "decides", "unreached"]);
  assert.match(await text(page, "#panel .rules"), /decides → delayed.*\$CI_MERGE_REQUEST_IID is "1"/);
  assert.match(await text(page, "#panel .in-kinds"), /tag v1: not in/);
  await page.setViewportSize({ width: 1280, height: 720 });
  await shot(page, "rules");
  // A rule without a variable.
  await card(page, "api:publish").click();
  assert.match(await text(page, "#panel .rules"), /decides → automatic/);
  await page.close();
});

await test("each kind of pipeline is a tab with its numbers and its difference to the first", async () => {
  const page = await open("presence");
  const kinds = () => page.$$eval("#kinds button", (buttons) => buttons.map((button) => button.textContent.replaceAll(/\s+/g, " ").trim()));
  assert.deepEqual(await kinds(), ["merge request of feature 7–8", "branch main 6–7 −1", "tag v1 7–8 +1 −1"]);
  await page.click("#kinds li:nth-child(3) button");
  assert.equal(await found(page), "7 jobs, up to 8");
  assert.match(await cardText(page, "api:release"), /^release api/);
  await page.click("#tab-compared");
  assert.match(await text(page, "#view-compared"), /tag v1 compared with merge request of feature: 1 job added, 1 removed, 0 changed.*Only in this kind.*api:release.*Only in merge request of feature.*api:later/);
  await page.setViewportSize({ width: 1280, height: 520 });
  await shot(page, "kinds");
  await page.goBack();
  await page.goBack();
  assert.equal(await page.$eval("#kinds [aria-current]", (button) => button.textContent.trim().split(" ")[0]), "merge");
  await page.close();
});

await test("base is a layer: jobs that were added, removed and changed, with their YAML", async () => {
  const page = await open("based");
  assert.equal((await text(page, "#tab-compared")), "Base +1 −1 ~1");
  assert.equal(await page.locator(".card.base-added, .card.base-removed, .card.base-changed").count(), 3);
  assert.equal(await found(page), "3 jobs");
  await card(page, "api:test").click();
  assert.match(await text(page, "#panel"), /Changed since baseimage- node:22 \+ node:24/);
  await page.setViewportSize({ width: 1280, height: 520 });
  await shot(page, "base");
  await page.click("#tab-compared");
  const words = await text(page, "#view-compared");
  assert.match(words, /The only unit as merge request of feature at base .*: 1 job added, 1 removed, 1 changed/);
  assert.match(words, /base has errors, so some of its jobs may be missing here\. ?The order of the stages changes from test, build to build, test\./);
  await page.click("#tab-pipeline");
  await page.click("#layer");
  assert.equal(await page.locator(".card.base-added, .card.base-removed, .card.base-changed").count(), 0);
  assert.equal(await card(page, "api:old").count(), 0);
  await page.close();
});

await test("the change shows what each path selects, and the units as a graph", async () => {
  const page = await open("small", { hash: "#view=change" });
  assert.match(await text(page, "#view-change"), /modified ?api\/main\.js ?api \(own files changed\)/);
  assert.match(await text(page, "#view-change"), /Ignored by the workspace.*README\.md/);
  assert.match(await text(page, "#view-change"), /In no unit.*LICENSE/);
  assert.deepEqual(await page.$$eval(".node", (nodes) => nodes.map((node) => node.title)), ["api", "web"]);
  assert.equal(await page.locator(".unit-graph path.edge.strong").count(), 1);
  await page.setViewportSize({ width: 1280, height: 660 });
  await shot(page, "change");
  await page.close();
});

await test("needs order the drawing on request, and the critical path is lit", async () => {
  const page = await open("chain");
  // Forty jobs of one stage are forty levels, not a column of loops.
  const columns = async () => new Set(await page.$$eval(".card", (cards) => cards.map((element) => element.style.transform.split(",")[0]))).size;
  assert.equal(await columns(), 40);
  await page.click("#by-needs");
  assert.equal(await columns(), 40);
  assert.equal(await text(page, ".head"), "at once 1");
  await page.click("#critical");
  assert.match(await found(page), /critical path: 1 min 20 s$/);
  await page.setViewportSize({ width: 1280, height: 300 });
  await shot(page, "critical");
  await page.close();
});

await test("copies are one card until it is opened, and artifacts are edges on request", async () => {
  const page = await open("groups");
  assert.deepEqual(await page.$$eval(".card.group", (cards) => cards.map((element) => element.title)), ["api:test"]);
  await page.click(".card.group");
  assert.equal(await page.locator('.card[title="api:test 2/4"]').count(), 1);
  await page.click(".card.group");
  assert.equal(await page.locator('.card[title="api:test 2/4"]').count(), 0);
  assert.equal(await page.locator("#curves path.edge").count(), 3);
  await page.selectOption("#edges", "artifacts");
  assert.equal(await page.locator("#curves path.edge").count(), 2);
  await page.selectOption("#edges", "dotenv");
  assert.equal(await page.locator("#curves path.edge").count(), 2);
  await card(page, "api:start").click();
  assert.match(await text(page, "#panel"), /Pipeline that it startsStartschild pipelineStrategydependFromchild\.yml of api:build/);
  await shot(page, "groups");
  await page.close();
});

await test("problems are marked at their jobs and lines, with the page of their rule", async () => {
  const page = await open("problems");
  assert.match(await text(page, "#problems"), /1 error: no pipeline will be written/);
  assert.equal(await page.locator('.card[title="api:test"] .mark.error').count(), 1);
  await card(page, "api:test").click();
  const link = await page.getAttribute("#panel .problem a", "href");
  assert.match(link, /\/docs\/rules\/job-key\.md$/);
  assert.equal(await page.locator("#panel .yaml .row.error").count(), 1);
  // Lines of the repository lead to the project's host.
  assert.equal(await page.getAttribute("#panel .yaml a", "href"), "https://gitlab.example.com/shop/-/blob/0123abc/api/nestling.yml#L1");
  await page.click("#problems button");
  assert.match(await text(page, "#view-problems"), /error\[job-key\] unknown job keyword scrpt/);
  await shot(page, "problems");
  await page.close();
});

await test("an empty plan says so", async () => {
  const page = await open("empty");
  await card(page, "nothing to do").click();
  assert.match(await text(page, "#panel"), /Nothing is selected, and GitLab refuses a child pipeline without jobs/);
  await page.close();
});

await test("the whole pipeline is printed, and read without scripts", async () => {
  const page = await open("middle");
  await page.emulateMedia({ media: "print" });
  await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
  assert.equal(await page.locator("#print tbody tr").count(), 300);
  assert.ok(await page.isVisible("#print") && !(await page.isVisible("#main")));
  // In a dark theme as well, dark letters are on white paper.
  await page.evaluate(() => { document.documentElement.dataset.theme = "dark"; });
  assert.equal(await page.$eval("#print td", (cell) => getComputedStyle(cell).color), "rgb(35, 33, 30)");
  const pdf = await page.pdf({ format: "A4" });
  assert.ok(pdf.toString("latin1").match(/\/Type\s*\/Page\b/g).length > 5);
  await page.close();
  // Jobs that are left out and problems are part of the pipeline, whatever is filtered.
  for (const [name, hash, wanted] of [
    ["presence", "#text=nothing&stage=build", [/Left out by rules: 1 job.*api:releaseleft out by rules: no rule applies/, /api:announcemanual, if \$ANNOUNCE is yes/, /api:downstreamautomatictriggers shop\/deploymentsapi:build/]],
    ["problems", "", [/Problems error\[job-key\] unknown job keyword scrpt.*build: 1 job/]],
    ["starts", "", [/api:gatemanual if \$GATE is set and not empty, otherwise automatic/]],
  ]) {
    const other = await open(name, { hash });
    await other.emulateMedia({ media: "print" });
    await other.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
    for (const words of wanted) assert.match(await text(other, "#print"), words);
    await other.close();
  }
  for (const [name, wanted] of [
    ["presence", [/api:announce: manual; if `\$ANNOUNCE` is `yes`\s/, /api:downstream: triggers shop\/deployments; needs api:build/, /Left out by rules \(1\)\s+without api:release: no rule applies/]],
    ["problems", [/Problems\s+error\[job-key\]: unknown job keyword `scrpt` \(api\/nestling\.yml:3:3\)/]],
  ]) {
    const other = await open(name, { scripts: false });
    for (const words of wanted) assert.match(await other.textContent(".listing"), words);
    await other.close();
  }
  const plain = await open("middle", { scripts: false });
  assert.equal(await plain.locator(".listing li").count(), 300);
  assert.match(await plain.textContent(".listing"), /unit-000:test 1\/4: needs unit-000:build/);
  assert.ok(await plain.isVisible(".listing"));
  await plain.close();
});

await test("names are cut in their middle, so that their ends tell them apart", async () => {
  const page = await open("names");
  const ends = await page.$$eval(".card .unit .b", (elements) => elements.map((element) => {
    const { right } = element.getBoundingClientRect();
    return right <= element.closest(".card").getBoundingClientRect().right ? element.textContent : `${element.textContent} is cut`;
  }));
  assert.deepEqual(ends.sort(), ["mers-write", "omers-read"]);
  await page.close();
});

await test("both ends of a long name can be read, at every width and in every layout", async () => {
  const bad = [];
  for (const width of [390, 1024, 1440]) {
    for (const hash of ["", "#group=1", "#layout=needs", "#view=change", "#view=units", "#view=environments", "#job=catalogue%2Fservices%2Fservice-of-customers-write%3Adeploy%3Areview"]) {
      const page = await open("long", { width, hash });
      bad.push(...await page.$$eval(".card .name, .card .unit, .card .env .mid, .card .env .cut, .lane .name, .head .name, .node > span, .link .to", (names) => names.filter((name) => name.checkVisibility()).flatMap((name) => {
        const holder = name.closest(".card, .lane, .head, .node, .link").getBoundingClientRect();
        const problems = [];
        const [a, b] = [name.querySelector(".a"), name.querySelector(".b")];
        if (!b && name.scrollWidth > name.clientWidth) problems.push("is cut at its end");
        if (b && (b.getBoundingClientRect().right > holder.right || b.getBoundingClientRect().left < holder.left)) problems.push("leaves its card");
        if (b && a.getBoundingClientRect().width < 14) problems.push(`shows nothing of its start: ${a.getBoundingClientRect().width} px`);
        if (name.getBoundingClientRect().height > 24) problems.push("is on several lines");
        return problems.map((problem) => `${name.className} ${name.textContent} ${problem}`);
      }).map((problem) => problem)).then((problems) => problems.map((problem) => `${width}${hash}: ${problem}`)));
      // What is seen of two names is never the same, wherever they differ.
      const looks = await page.$$eval(".card .name", (names) => names.map((name) => [name.querySelector(".b") ? `${name.querySelector(".a").textContent.slice(0, 8)}…${name.querySelector(".b").textContent}` : name.textContent, name.closest(".card").title.split(":").slice(1).join(":")]));
      for (const [look, name] of looks) {
        const other = looks.find(([text, title]) => text === look && title !== name);
        if (other) bad.push(`${width}${hash}: ${look} is ${name} and ${other[1]}`);
      }
      await page.close();
    }
  }
  assert.deepEqual(bad, []);
});

await test("a pipeline in parts shows its router, and what each of its trigger jobs starts", async () => {
  const page = await open("parts");
  assert.equal(await text(page, "#tab-parts"), "Parts 3");
  assert.equal(await page.$eval("#view-parts", (view) => view.childElementCount), 0);
  await page.click("#tab-parts");
  assert.match(await text(page, "#view-parts"), /Router3 trigger jobs.*part 1 of 3 starts child-pipeline\.part-1\.yml/);
  assert.match(await text(page, "#view-parts"), /part 2 of 320 jobs, 2 units, 2 deployments ?build 2 → test 10 → package 2 → deploy 4 → verify 2/);
  await page.click("#view-parts a:text('part 3 of 3')");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "part 3 of 3");
  await page.setViewportSize({ width: 1280, height: 620 });
  await shot(page, "parts-view");
  await page.locator("#view-parts button", { hasText: "Show its jobs" }).nth(1).click();
  assert.equal(await found(page), "20 of 60 jobs");
  await page.locator(".card").first().click();
  assert.match(await text(page, "#panel .badges"), /in part 2 of 3/);
  await page.goBack();
  assert.equal(await page.inputValue("#by-part"), "part 2 of 3");
  await page.close();
});

await test("a trigger job shows the jobs of the child pipeline that is in the repository", async () => {
  const page = await open("children");
  assert.match(await cardText(page, "api:release"), /^release api starts 4 jobs, up to 5 ,/);
  assert.match(await cardText(page, "api:remote"), /triggers child pipeline ,/);
  await card(page, "api:release").click();
  assert.match(await text(page, "#panel"), /4 jobs, up to 5 in ci\/release\.yml ?packzip ?sendmailnews 1\/3news 2\/3news 3\/3/);
  await card(page, "api:remote").click();
  assert.match(await text(page, "#panel"), /1 job in ci\/remote\.yml, and those of files that only GitLab reads/);
  await card(page, "api:missing").click();
  assert.match(await text(page, "#panel"), /Fromci\/missing\.yml/);
  await page.close();
});
