// What journeys have in common: how somebody presses, follows and reads, how a page is looked at on the way, and what is made by
// calls beforehand. A journey is started as `node NAME.js BASE [LINK] OPERATOR-TOKEN`; with SHOTS=FOLDER each look is a picture.
//
// What a page has to hold wherever it is looked at stands in browser.js; what a page is to say, in the journeys.
import http from "node:http";
import path from "node:path";
import { WIDE, check, end, holds } from "./browser.js";

export const base = process.argv[2];
export const token = process.argv.at(-1);
export const PASSWORD = "correct horse battery";
const shots = process.env.SHOTS;
let looked_at = 0;

// A call of the API, which must succeed.
export async function api(method, at, body, bearer = token) {
  const headers = { Authorization: `Bearer ${bearer}`, "Content-Type": "application/json" };
  const answer = await fetch(`${base}${at}`, { method, headers, body: body && JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${at}: ${answer.status} ${await answer.text()}`);
  return answer.status === 204 ? null : answer.json();
}

// Looks at the page as it stands: in both themes where it is wide; a phone's differs from that by its layout alone.
export async function look(page, name) {
  const is_wide = page.viewportSize().width === WIDE.width;
  for (const scheme of shots || (is_wide && page.has_script) ? ["light", "dark"] : ["light"]) {
    await page.emulateMedia({ colorScheme: scheme });
    if (shots) await page.screenshot({ path: path.join(shots, `${name}-${scheme}.png`), fullPage: true });
    if (page.has_script) await check(page, base);
    looked_at += 1;
  }
  await fits(page, name);
}

// Whether nothing has to be scrolled sideways at this width of the window.
export async function fits(page, name) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  holds(wide <= 0, name, "scrolls sideways by", wide, "at", page.viewportSize().width);
}

const leads_on = (page, target) => Promise.all([page.waitForNavigation(), target.click()]);
const button = (page, name) => page.getByRole("button", { name, exact: true }).locator("visible=true");
// The one button of this name; `press_first` where a page has several.
export const press = (page, name) => leads_on(page, button(page, name));
export const press_first = (page, name) => leads_on(page, button(page, name).first());
// A link whose name holds this, or with `exact` is this.
export const follow = (page, name, exact = false) =>
  leads_on(page, page.getByRole("link", { name, exact }).locator("visible=true").first());

export const text = (page, within = "body") => page.locator(within).innerText();
export async function says(page, words, within = "body") {
  const shown = await text(page, within);
  holds(shown.includes(words), page.url(), "does not say", words, "but", shown.slice(0, 800));
}
// Of a secret or a link that is shown once.
export const shown_once = (page) => page.locator("#secret-text").innerText();

// A publisher's server, until the journey is over.
export async function listen(answer) {
  const server = http.createServer(answer);
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const url = `http://127.0.0.1:${server.address().port}/pb?user_id={user_id}&payout={payout}&tx={transaction_id}`;
  return { url, close: () => server.close() };
}

export const finish = () => end(looked_at);
