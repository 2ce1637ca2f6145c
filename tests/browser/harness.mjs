// The browser of the tests: opens pages, collects what the console says, and asks axe-core.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [modules, executablePath, folder, ...flags] = process.argv.slice(2);
const { chromium } = (await import(pathToFileURL(path.join(modules, "playwright-core/index.mjs")))).default;
const axe = readFileSync(path.join(modules, "axe-core/axe.min.js"), "utf8");
export const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--force-color-profile=srgb"] });
export const complaints = [];
export const long = flags.includes("long");
export { assert, folder };

// Opens a page by its name. Whatever it asks for beside itself is a complaint.
export async function open(name, { width = 1280, theme = "light", hash = "", scripts = true } = {}) {
  const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme: theme, javaScriptEnabled: scripts });
  page.on("console", (message) => complaints.push(`${name}: ${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`${name}${hash}: ${error}`));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith("file:") && !url.startsWith("data:")) complaints.push(`${name}: asked for ${url}`);
    if (url.startsWith("file:") && !url.split("#")[0].endsWith(`${name}.html`)) complaints.push(`${name}: asked for ${url}`);
  });
  await page.goto(pathToFileURL(path.join(folder, `${name}.html`)).href + hash);
  if (scripts) await page.waitForSelector("#counts dd", { state: "attached" });
  return page;
}

export const names = (page) => page.$$eval(".card:not(.group)", (cards) => cards.map((card) => card.title).sort());
export const found = (page) => page.textContent("#found");
export const heading = (page) => page.textContent("#panel h2");
export const card = (page, name) => page.locator(`.card[title="${name}"]`);
export const cardText = (page, name) => page.$eval(`.card[title="${name}"]`, (element) => element.innerText.replaceAll(/\s+/g, " ").trim());
export const focused = (page) => page.evaluate(() => document.activeElement.title);
export const shot = (page, name) => page.screenshot({ path: path.join(folder, `${name}.png`) });

// The findings of axe-core, each with its first element; those of some rules alone where another theme has the others.
export async function findings(page, rules) {
  if (!(await page.evaluate(() => Boolean(window.axe)))) await page.evaluate(axe);
  const result = await page.evaluate((rules) => window.axe.run(document, { resultTypes: ["violations"], ...(rules ? { runOnly: rules } : {}) }), rules);
  return result.violations.map((violation) => `${violation.id} ${violation.nodes.length}: ${violation.nodes[0].html.slice(0, 160)}`);
}

export async function test(what, run) {
  try {
    await run();
    console.log(`ok ${what}`);
  } catch (error) {
    console.log(`NOT ok ${what}\n${error.stack}`);
    process.exitCode = 1;
  }
}

export async function finish() {
  await test("no complaint in the console, and nothing asked for from anywhere", async () => assert.deepEqual(complaints, []));
  await browser.close();
}
