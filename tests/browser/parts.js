// The page of all parts, in both themes and three widths, with and without script:
//
//     node parts.js http://127.0.0.1:PORT
//
// With SHOTS=FOLDER it also takes a picture of each.
import path from "node:path";
import { NARROW, PHONE, WIDE, check, end, holds, open, visit } from "./browser.js";

const base = process.argv[2];
const shots = process.env.SHOTS;
const browser = await open();
let checked = 0;

async function shoot(page, name) {
  if (shots) await page.screenshot({ path: path.join(shots, `${name}.png`), fullPage: true });
}

for (const [name, viewport] of [["wide", WIDE], ["phone", PHONE], ["narrow", NARROW]]) {
  for (const theme of ["light", "dark"]) {
    for (const at of ["ui", "refused"]) {
      const page = await visit(browser, `${base}/${at}/${theme}`, { viewport });
      await check(page, base);
      await shoot(page, `${at}-${name}-${theme}`);
      await page.context().close();
      checked += 1;
    }
  }
}

// Without script nothing is shown that only a script can do.
{
  const page = await visit(browser, `${base}/ui/light`, { script: false });
  for (const kind of ["copy", "insert", "take"]) {
    const seen = await page.locator(`.${kind}`).evaluateAll((all) => all.filter((one) => one.checkVisibility()).length);
    holds(seen === 0, "without script", seen, "elements of", kind, "are shown");
  }
  holds(await page.getByRole("heading", { level: 1 }).isVisible(), "without script there is no heading");
  await page.context().close();
  checked += 1;
}

// With forced colours a state still has its icon and its border.
{
  const page = await visit(browser, `${base}/ui/light`, { forced: "active" });
  const border = await page.locator(".state").first().evaluate((one) => getComputedStyle(one).borderTopStyle);
  holds(border === "solid", "with forced colours a state has no border");
  await shoot(page, "ui-forced-colours");
  await page.context().close();
  checked += 1;
}

// The theme of the system holds where no other was chosen.
{
  const page = await visit(browser, `${base}/ui/system`, { scheme: "dark" });
  const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  holds(ground === "rgb(18, 19, 21)", "the system's dark theme is not followed:", ground);
  await page.context().close();
  checked += 1;
}

// What the script does: copy, insert at the cursor, take over, the reader's zone, dialogs; and the keyboard's way in.
{
  const page = await visit(browser, `${base}/ui/light`);
  await page.keyboard.press("Tab");
  const first = await page.evaluate(() => document.activeElement.textContent);
  holds(first === "Skip to content", "the first stop of the keyboard is", first);
  await page.keyboard.press("Enter");
  holds(await page.evaluate(() => document.activeElement.id) === "content", "skipping does not reach the content");
  await page.keyboard.press("Tab");
  const ring = await page.evaluate(() => getComputedStyle(document.activeElement).outlineWidth);
  holds(ring === "2px", "what has the focus is outlined by", ring);

  const copy = page.locator("[data-copy-from=signed-text]");
  await copy.click();
  await page.waitForFunction(() => document.getElementById("said").textContent === "Copied");
  holds((await copy.innerText()).startsWith("Copied"), "the button does not say that it copied");

  const field = page.locator("#field-callbackUrl");
  await field.evaluate((one) => { one.value = "ab"; one.setSelectionRange(1, 1); });
  await page.locator("[data-into=field-callbackUrl]").first().click();
  holds(await field.inputValue() === "a{user_id}b", "a placeholder is not inserted at the cursor:", await field.inputValue());

  await page.locator("[data-take]").click();
  const taken = await page.locator("#field-wrongUrl").inputValue();
  holds(taken.includes("{transaction_id}"), "a correction is not taken over:", taken);

  const time = page.locator("main time").first();
  const before = await time.getAttribute("title");
  await time.hover();
  await page.waitForFunction((before) => document.querySelector("main time").title !== before, before);

  const link = page.locator("[data-dialog]");
  for (const close of [() => page.keyboard.press("Escape"), () => page.locator("dialog [data-back]").click()]) {
    await link.click();
    await page.waitForSelector("dialog[open]");
    await close();
    await page.waitForSelector("dialog", { state: "detached" });
    holds(await link.evaluate((one) => one === document.activeElement), "the focus does not return from a dialog");
  }
  await page.context().close();
  checked += 1;
}

// A live part is renewed in place, its open detail stays open, and what is unchanged is answered 204.
{
  const page = await visit(browser, `${base}/live`);
  const detail = page.locator("#part details");
  await detail.evaluate((one) => { one.open = true; });
  await page.waitForFunction(() => document.querySelector("#beats").textContent === "changed", null, { timeout: 20_000 });
  holds(await detail.evaluate((one) => one.open), "an open detail is closed by a renewal");
  await page.waitForResponse((response) => response.status() === 204, { timeout: 20_000 });
  await page.context().close();
  checked += 1;
}

// Somebody who comes by a form that was refused is led to its faults.
{
  const page = await visit(browser, `${base}/refused/light`);
  const focused = await page.evaluate(() => document.activeElement.className);
  holds(focused === "summary", "a refused form has the focus at", focused);
  await page.getByRole("link", { name: "Name must not be empty." }).click();
  holds(await page.evaluate(() => document.activeElement.id) === "field-name", "the summary does not lead to the field");
  await page.context().close();
  checked += 1;
}

await browser.close();
end(checked);
