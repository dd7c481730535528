// A headless Chromium that looks at pages: what every page has to hold, whichever it is. Each fault is one sentence.
import fs from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const axe = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"];

export const WIDE = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 844 };
export const NARROW = { width: 320, height: 640 };

export const faults = [];
export const fault = (...words) => faults.push(words.join(" "));
export const holds = (is, ...words) => { if (!is) fault(...words); };

export const open = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });

// The largest page, as it is sent.
const LARGEST = 50_000;

// Opens a browser of somebody's own, and notes what it complains of.
export async function enter(browser, { viewport = WIDE, script = true, scheme = "light", forced = "none" } = {}) {
  const context = await browser.newContext({
    viewport, javaScriptEnabled: script, colorScheme: scheme, forcedColors: forced, reducedMotion: "reduce",
  });
  const page = await context.newPage();
  page.has_script = script;
  page.asked = [];
  page.named = "";
  // A page of a refusal is one all the same.
  const is_fault = (message) => message.type() === "error"
    && (message.location().url.includes("/assets/") || !message.text().startsWith("Failed to load resource"));
  page.on("console", (message) => { if (is_fault(message)) fault(page.named, "the browser says", message.text()); });
  page.on("pageerror", (error) => fault(page.named, "a script failed:", error.message));
  page.on("request", (request) => {
    if (!request.isNavigationRequest() && !request.url().includes("part=")) page.asked.push(request.url());
  });
  page.on("response", async (response) => {
    if (!response.request().isNavigationRequest()) return;
    // A page asks for what it needs once it is there; what is asked before is the last page's, such as its icon.
    page.asked = [response.url()];
    page.named = `${new URL(response.url()).pathname} at ${viewport.width}:`;
    if (response.status() === 303) return;
    const size = (await response.body().catch(() => "")).length;
    holds(size < LARGEST || new URL(response.url()).pathname.startsWith("/ui"), page.named, "is", size, "bytes long");
  });
  return page;
}

export async function go(page, url) {
  await page.goto(url, { waitUntil: "load" });
  return page;
}

// Opens one page.
export const visit = async (browser, url, options) => go(await enter(browser, options), url);

// What every page has to hold.
export async function check(page, url) {
  const origin = new URL(url).origin;
  for (const asked of page.asked) holds(asked.startsWith(origin), page.named, "loads", asked);
  holds(page.asked.length <= 5, page.named, "makes", page.asked.length, "requests for its first view:", ...page.asked);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  holds(wide <= 0, page.named, "scrolls sideways by", wide);
  for (const text of await page.evaluate(small)) fault(page.named, "is under 24 by 24:", text);
  for (const text of await accessible(page)) fault(page.named, text);
}

// Runs in the page: what can be clicked and is smaller than 24 by 24. Links within text are as large as their text.
function small() {
  const all = [...document.querySelectorAll("button, summary, select, input:not([type=hidden]), a.button")];
  const seen = all.filter((one) => one.checkVisibility() && !one.labels?.length);
  const sized = seen.map((one) => [one, one.getBoundingClientRect()]);
  return sized.filter(([, box]) => box.width < 24 || box.height < 24).map(([one]) => one.outerHTML.slice(0, 120));
}

async function accessible(page) {
  await page.evaluate(axe);
  const result = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags }), TAGS);
  const told = (one) => `axe ${one.id}: ${one.help}: ${one.nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`;
  return result.violations.map(told);
}

// Says how it went, for the test that started it.
export function end(checked) {
  for (const text of faults) console.log(text);
  console.log(`${checked} pages looked at, ${faults.length} faults`);
  process.exitCode = faults.length === 0 && checked > 0 ? 0 : 1;
}
