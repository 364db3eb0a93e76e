// Tests reports in Chromium. browser.sh installs what this needs, and runs it.
//
// usage: browser.mjs --program BLATTWERK --modules FOLDER [--keep FOLDER] [--picture PAGE PNG PNG]
//
// --keep writes the runs, screenshots at three widths and the printed pages to a folder, to look at them. --picture only takes
// pictures of a page: of its beginning, and of its first sample article.

import { execFileSync } from "node:child_process";
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const options = { picture: [] };
for (let at = 2; at < process.argv.length; at += 1) {
  const name = process.argv[at].slice(2);
  if (name === "picture") {
    options.picture = process.argv.slice(at + 1, at + 4);
    at += 3;
  } else {
    options[name] = process.argv[at + 1];
    at += 1;
  }
}
const program = resolve(options.program);
const require = createRequire(pathToFileURL(join(resolve(options.modules), "x.js")));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf-8");
const root = resolve(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "../..");

const WIDTHS = [390, 820, 1280];
const MARKUP = "<b>Rat</b> & \"Tat\"</style><script>document.title='gehackt'</script><img src=x onerror=alert(1)>";

let passed = 0;
const failed = [];
function check(is, what) {
  if (is) {
    passed += 1;
  } else {
    failed.push(what);
    console.error(`failed: ${what}`);
  }
}

function blattwerk(folder, ...args) {
  try {
    execFileSync(program, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    // 1: complete, but some articles failed.
    if (error.status !== 1) {
      throw new Error(`blattwerk ${args.join(" ")}: ${error.stderr}`);
    }
  }
}

/// Makes the runs of which the pages are tested; returns the pages by name.
function pages(folder) {
  const lines = [];
  for (let n = 0; n < 150; n += 1) {
    const town = ["Ulm", "Kiel", "Jena", "Bonn", "Köln"][n % 5];
    const name = ["Clara Vogt", "Jens Aumann", "Ina Peters"][n % 3];
    const short = name.split(" ")[1];
    lines.push({
      id: n % 50 === 3 ? `${MARKUP}${n}` : `a${n}`,
      title: n % 4 === 0 ? `Rede ${n} ${MARKUP}` : `Rede ${n}`,
      text: `${name} kam am Montag nach ${town}. ${short}s Rede zu Vorlage ${n} dauerte lange.\n\nDer Rat lobte ${short} für die gute ` +
        `Arbeit, die Zahl ${n} und den Plan.${n % 7 ? "" : ` ${MARKUP}`}\n\nLesen Sie auch: Mehr aus ${town}`,
      date: n % 11 ? `20${10 + n % 14}-0${n % 9 + 1}-1${n % 9}` : "",
      publisher: n % 9 ? `Blatt ${n % 6}` : MARKUP,
    });
  }
  // A hundred names more than are shown at first.
  lines.push({ id: "liste", text: Array.from({ length: 40 }, (_, n) => `In Neu${"abcdefghijklmnopqrst"[n % 20]}dorf und Alt${"abcdefghijklmnopqrst"[n % 20]}heim regnet es.`).join(" ") });
  lines.push({ id: "kopie", text: lines[4].text });
  lines.push({ id: "leer", text: "" });
  lines.push({ id: MARKUP, text: "" });
  writeFileSync(join(folder, "dump.jsonl"), `${lines.map((line) => JSON.stringify(line)).join("\n")}\n{"id": "${"<script>"}\n`);
  const all = ["--set", "keywords.backend=keyness", "--set", "dedup.backend=minhash"];
  const run = (output, ...more) => blattwerk(folder, "run", "--quiet", "--report", "--output", output, ...more);
  run("rich", "--input", "dump.jsonl", ...all);
  const stages = ["language", "split", "ner", "keywords", "sentiment", "summarize"];
  run("off", "--input", "dump.jsonl", ...stages.flatMap((stage) => ["--set", `${stage}.backend=off`]));
  mkdirSync(join(folder, "nichts"));
  run("empty", "--input", "nichts", "--set", "input.allow_empty=true");
  run("examples", "--input", join(root, "examples/articles"));
  blattwerk(folder, "report", "rich", "--quiet", "--language", "en", "--output", "english.html");
  blattwerk(folder, "report", "rich", "--quiet", "--no-text", "--output", "no-text.html");
  return {
    rich: "rich/report.html",
    off: "off/report.html",
    empty: "empty/report.html",
    examples: "examples/report.html",
    english: "english.html",
    "no-text": "no-text.html",
  };
}

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  // Root has no sandbox in a container; the rest keeps the browser from calling home.
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

/// Opens a page, and notes what it says, asks for and loads.
async function open(file, how = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 1600 }, ...how });
  const page = await context.newPage();
  const heard = [];
  page.on("console", (message) => heard.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => heard.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => { heard.push("dialog"); dialog.dismiss(); });
  const url = pathToFileURL(file).href;
  page.on("request", (request) => { if (request.url() !== url && !request.url().startsWith("data:")) { heard.push(`request: ${request.url()}`); } });
  await page.goto(url);
  return { page, heard, close: () => context.close() };
}

async function look(name, file) {
  for (const width of WIDTHS) {
    for (const colorScheme of ["light", "dark"]) {
      const { page, heard, close } = await open(file, { viewport: { width, height: 1600 }, colorScheme });
      const at = `${name}, ${width} px, ${colorScheme}`;
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      check(wide <= width, `${at}: no sideways scrolling, but ${wide} px`);
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => window.axe.run({ resultTypes: ["violations"] }));
      for (const { id, impact, nodes } of violations) {
        console.error(`${at}: axe: ${impact}: ${id}: ${nodes.length} times, first ${nodes[0].html.slice(0, 200)} ${nodes[0].failureSummary.slice(0, 300)}`);
      }
      const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
      check(grave.length === 0, `${at}: axe: ${grave.map(({ id }) => id).join(", ")}`);
      check(heard.length === 0, `${at}: ${heard.join("; ")}`);
      if (options.keep) {
        await page.screenshot({ path: join(options.keep, `${name}-${width}-${colorScheme}.png`), fullPage: true });
      }
      await close();
    }
  }
  const { page, heard, close } = await open(file);
  const printed = await page.pdf({ format: "A4" });
  check(printed.length > 10_000, `${name}: it can be printed`);
  await page.emulateMedia({ media: "print" });
  check(!(await page.locator("nav").isVisible()), `${name}: print has no menu`);
  check(heard.length === 0, `${name}, printed: ${heard.join("; ")}`);
  if (options.keep) {
    writeFileSync(join(options.keep, `${name}.pdf`), printed);
  }
  await close();
  const still = await open(file, { javaScriptEnabled: false });
  check(await still.page.locator("main h2").count() >= 9, `${name}: it can be read without a script`);
  check(!(await still.page.locator(".tools").first().isVisible().catch(() => false)), `${name}: no tools without a script`);
  await still.close();
}

async function use(file) {
  const { page, heard, close } = await open(file);
  const table = page.locator(".names table").first();
  const cells = (column) => table.locator("tbody tr").evaluateAll((rows, at) => rows.map((row) => {
    const cell = row.children[at];
    return cell.dataset.order ?? cell.firstChild.textContent.trim();
  }), column);
  // Sorting, with the mouse and with the keyboard.
  const head = table.locator("thead th").nth(1);
  await head.locator("button").click();
  let numbers = (await cells(1)).map(Number);
  check(numbers.length > 2 && numbers.every((n, at) => at === 0 || numbers[at - 1] >= n), "a click sorts by number, most first");
  check(await head.getAttribute("aria-sort") === "descending", "the order is told");
  await head.locator("button").press("Enter");
  numbers = (await cells(1)).map(Number);
  check(numbers.every((n, at) => at === 0 || numbers[at - 1] <= n), "a second time turns it round");
  await table.locator("thead th").nth(0).locator("button").click();
  const names = await cells(0);
  check(names.every((name, at) => at === 0 || names[at - 1].localeCompare(name, "de") <= 0), "names are sorted as in German");
  // Long tables.
  const more = page.locator("button.more").first();
  const long = page.locator("table.short").first();
  const shown = () => page.locator(".names table").evaluateAll((all) => all.map((one) => Array.from(one.tBodies[0].rows).filter((row) => row.offsetParent).length));
  check(Math.max(...await shown()) === 15, "long tables show 15 rows");
  check(await long.count() > 0 && await more.count() > 0, "there is a long table");
  await more.click();
  check(Math.max(...await shown()) > 15, "a click shows all rows");
  // Filters.
  const search = page.locator("[data-filter=names]");
  await search.fill("vogt");
  const found = await page.locator("[data-filtered=names] tbody tr:visible th").allTextContents();
  check(found.length > 0 && found.every((name) => name.toLowerCase().includes("vogt")), `names are filtered: ${found}`);
  await search.fill("");
  check(await page.locator("[data-filtered=names] tbody tr[hidden]").count() === 0, "no filter shows all names");
  const samples = page.locator("[data-filter=samples]");
  check(await page.locator("article.sample:visible").count() === 10, "there are ten articles");
  await samples.fill("gibt es nicht");
  check(await page.locator("article.sample:visible").count() === 0, "articles are filtered");
  check(await page.locator("[data-empty=samples]").isVisible(), "that nothing was found is told");
  await samples.fill("");
  check(await page.locator("del:visible").count() > 0, "what was removed is shown");
  await page.locator("[data-toggle=without-removed]").uncheck();
  check(await page.locator("del:visible").count() === 0, "what was removed can be hidden");
  check(await page.locator("mark .label:visible").count() > 0, "names are marked");
  await page.locator("[data-toggle=without-names]").uncheck();
  check(await page.locator("mark .label:visible").count() === 0, "the marks can be hidden");
  await page.locator("summary").first().click();
  check(await page.locator("details table").first().isVisible(), "the figures of a chart can be read");
  // Markup in titles, texts, ids and outlets did nothing, and is shown.
  check(await page.title() !== "gehackt", "no script of an article runs");
  check(await page.locator("img").count() === 0 && await page.locator("main b").count() === 0, "no markup of an article is any");
  check((await page.locator("main").textContent()).includes(MARKUP), "it is text");
  check(heard.length === 0, `in use: ${heard.join("; ")}`);
  await close();
}

try {
  if (options.picture.length) {
    const [file, top, article] = options.picture;
    const { page, close } = await open(resolve(file), { viewport: { width: 1200, height: 1150 } });
    await page.screenshot({ path: top });
    await page.locator("article.sample").first().screenshot({ path: article });
    await close();
  } else {
    const folder = options.keep ?? mkdtempSync(join(tmpdir(), "browser-"));
    mkdirSync(folder, { recursive: true });
    const made = pages(folder);
    for (const [name, file] of Object.entries(made)) {
      await look(name, join(folder, file));
    }
    await use(join(folder, made.rich));
    if (!options.keep) {
      rmSync(folder, { recursive: true });
    }
    console.log(`browser: ${passed} passed, ${failed.length} failed`);
    process.exitCode = failed.length ? 1 : 0;
  }
} finally {
  await browser.close();
}
