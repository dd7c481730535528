// Takes the README's pictures, of the demo: node tests/browser/pictures.js
// It builds and starts `ringback demo`, opens the link that the demo prints, and writes docs/pictures/*.png.
import { spawn } from "node:child_process";
import path from "node:path";
import readline from "node:readline";
import { fileURLToPath } from "node:url";
import { enter, faults, go, open } from "./browser.js";

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const SIZE = { width: 1280, height: 860 };
// Each picture: its file, its theme, and the way to its page from the list of deliveries or the app.
const PICTURES = [
  ["callback-light", "light", async (page, home) => go(page, new URL("/apps/besitos-list/callback", home).href)],
  ["delivery-dark", "dark", async (page, home) => {
    await go(page, new URL("/deliveries?state=delivered&app=flaky", home).href);
    await page.locator("main table a").first().click();
    await page.waitForURL("**/deliveries/dlv_*");
  }],
];

const demo = spawn("cargo", ["run", "--quiet", "--", "demo"], { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
try {
  const link = await printed(demo, /console, signed in\s+(\S+)/);
  const browser = await open();
  for (const [name, scheme, find] of PICTURES) {
    const page = await enter(browser, { viewport: SIZE, scheme });
    await go(page, link);
    await find(page, page.url());
    await page.screenshot({ path: path.join(ROOT, "docs/pictures", `${name}.png`) });
    console.log(`docs/pictures/${name}.png: ${await page.title()}`);
  }
  await browser.close();
} finally {
  demo.kill("SIGINT");
}
for (const text of faults) console.error(text);
process.exitCode = faults.length === 0 ? 0 : 1;

async function printed(child, pattern) {
  for await (const line of readline.createInterface({ input: child.stdout })) {
    const found = line.match(pattern);
    if (found) return found[1];
  }
  throw new Error("the demo has ended without a link");
}
