// What is done with records: an outage is caught up with by a replay of its time (J7), and a user is credited by hand and that taken
// back (J12), with a server that counts what arrives. The lists, the settings of an app and its end are looked at on the way.
//
//     node work.js http://127.0.0.1:PORT OPERATOR-TOKEN
//
// With SHOTS=FOLDER it also takes a picture of each page.
import { NARROW, PHONE, WIDE, enter, go, holds, open } from "./browser.js";
import { PASSWORD, api, base, finish, fits, follow, listen, look as look_at, press_first as press, says, text } from "./journey.js";

// More than a replay has under way at a time, so that one of a paused app can be seen to wait.
const MISSED = 20;
const AT_A_TIME = 16;
const LONG = "x".repeat(128);
// A time of so many hours from now, as `datetime-local` has it.
const hours = (off) => new Date(Date.now() + off * 3_600_000).toISOString().slice(0, 16);
const browser = await open();

const until = async (what, look) => {
  const began = Date.now();
  while (Date.now() - began < 150_000) if (await look()) return;
  throw new Error(`it never came about: ${what}`);
};

// A publisher's server: while it is down it knows nothing.
async function server() {
  const own = { up: true, received: [] };
  const listening = await listen((request, answer) => {
    if (own.up) own.received.push(new URL(request.url, "http://server"));
    answer.writeHead(own.up ? 200 : 404).end();
  });
  return Object.assign(own, listening, { url: `${listening.url}&offer={offer_name}` });
}

// At its own width, and at the narrowest.
async function look(page, name) {
  await look_at(page, name);
  const viewport = page.viewportSize();
  await page.setViewportSize(NARROW);
  await fits(page, name);
  await page.setViewportSize(viewport);
}

// Without a script, whoever wants to know how it goes on opens the page again.
const comes = async (page, words) => {
  if (page.has_script) await page.getByText(words).first().waitFor({ timeout: 45_000 }).catch(() => null);
  else await until(words, async () => { await page.reload(); return (await text(page)).includes(words); });
  await says(page, words);
};

async function joined(page, email, role) {
  const { link } = await api("POST", "/v1/invitations", { email, ...role });
  await go(page, link);
  await page.getByLabel("Your name").fill("Ana");
  await page.getByLabel("Password").fill(PASSWORD);
  await press(page, "Join");
}

// So many completions that nobody took.
async function outage(app, name, kash) {
  kash.up = false;
  for (let number = 0; number < MISSED; number += 1) {
    const credit = { userId: `u${number}`, userReward: "60", payoutMinor: 100, offerId: "o1", offerName: "Family Island", externalId: `${name}-${number}`, eventType: "sale", reason: "by hand" };
    await api("POST", `/v1/apps/${app.id}/credits`, credit);
  }
  await until("all are dead", async () => (await api("GET", `/v1/deliveries?appId=${app.id}&status=dead`)).items.length === MISSED);
  kash.up = true;
}

// J7: the time of the outage, counted first, then sent again: what arrives is what was counted.
async function catchUp(page, app, name, kash) {
  await go(page, `${base}/replays`);
  await says(page, "No replay yet. One brings back what an outage missed.");
  await look(page, `${name}-replays-empty`);
  await follow(page, "New replay");
  await look(page, `${name}-replay-new`);
  await page.getByLabel("From (UTC)").fill(hours(-1));
  await page.getByLabel("To (UTC)").fill(hours(-2));
  await press(page, "Count first");
  await says(page, "From must be before To");
  await look(page, `${name}-replay-new-refused`);
  await page.getByLabel("To (UTC)").fill(hours(1));
  await press(page, "Count first");
  await says(page, `${MISSED} deliveries would be sent again.`);
  await look(page, `${name}-replay-counted`);
  holds(kash.received.length === 0, name, "counting sends", kash.received.length);

  await api("PATCH", `/v1/apps/${app.id}`, { paused: true });
  await press(page, `Replay ${MISSED} deliveries`);
  await says(page, "The replay has begun. This page follows it.");
  await comes(page, `${AT_A_TIME} of ${MISSED}`);
  await look(page, `${name}-replay-running`);
  await stopsAsking(page, name);
  const at = page.url();
  await go(page, `${at.split("?")[0]}/cancel`);
  await says(page, `This stops what is not yet due: ${MISSED - AT_A_TIME} deliveries`);
  await look(page, `${name}-replay-cancel`);
  await follow(page, /^Back$/);
  await page.evaluate(() => { window.stays = true; });
  await api("PATCH", `/v1/apps/${app.id}`, { paused: false });
  await comes(page, `${MISSED} deliveries were queued again.`);
  if (page.has_script) holds(await page.evaluate(() => window.stays), name, "a live part loads the page anew");
  await until("all arrive", () => new Set(kash.received.map((url) => url.searchParams.get("tx"))).size === MISSED);
  await until("all are delivered", async () => (await api("GET", `/v1/deliveries?appId=${app.id}&status=delivered`)).items.length === MISSED);
  holds(kash.received.length === MISSED, name, MISSED, "were counted and", kash.received.length, "arrive");
  await look(page, `${name}-replay-done`);
  await go(page, `${base}/replays`);
  await says(page, `${MISSED} of ${MISSED}`);
  await look(page, `${name}-replays`);
}

// With `live=off` a page asks for nothing by itself.
async function stopsAsking(page, name) {
  await follow(page, "pause");
  holds(await page.locator("[data-poll]").count() === 0, name, "a paused page goes on asking");
  await follow(page, "go on");
  holds(await page.locator("[data-poll]").count() === 1, name, "a page that goes on asks for nothing");
}

// The list as a publisher sees it: filters, what is wrong with one, and the export.
async function list(page, name) {
  await go(page, `${base}/completions`);
  await says(page, "Family Island");
  await look(page, `${name}-completions`);
  const folded = page.locator(".folds > summary");
  if (await folded.isVisible()) await folded.click();
  await page.getByLabel("Transaction").fill(`${name}-3`);
  await page.getByRole("button", { name: "Filter" }).locator("visible=true").first().click();
  await page.waitForURL(/transactionId=/);
  holds(await page.locator("tbody tr").count() === 1, name, "a filter leaves", await page.locator("tbody tr").count());
  const csv = await page.request.get(await page.getByRole("link", { name: "Export CSV" }).evaluate((one) => one.href));
  holds((await csv.text()).trim().split("\n").length === 2, name, "the export is", await csv.text());
  await go(page, `${base}/completions?review=soon&transactionId=kept`);
  await says(page, "Review must be one of waiting, released, rejected.");
  holds(await page.getByLabel("Transaction").inputValue() === "kept", name, "what was typed is gone");
  await look(page, `${name}-completions-refused`);
  await go(page, `${base}/completions?userId=nobody`);
  await says(page, "No completion matches.");
  await look(page, `${name}-completions-none`);
  if (page.has_script) await toldOfNewer(page, name);
}

// What is recorded meanwhile is told of, and no row moves.
async function toldOfNewer(page, name) {
  await go(page, `${base}/completions`);
  const first = () => page.locator("tbody tr").first().evaluate((row) => {
    const { x, y, width, height } = row.getBoundingClientRect();
    return `${row.innerText} ${[x, y + scrollY, width, height].map(Math.round)}`;
  });
  const before = await first();
  const app = (await api("GET", `/v1/apps?q=${name}`)).items[0];
  await api("POST", `/v1/apps/${app.id}/credits`, { userId: "later", userReward: "1", payoutMinor: 1, offerId: "o2", offerName: "Later", reason: "later" });
  await page.getByText("1 newer. Show them").waitFor({ timeout: 45_000 });
  holds(await first() === before, name, "a row moves");
  await look(page, `${name}-completions-newer`);
  await follow(page, "1 newer. Show them");
  holds(await first() !== before, name, "what is newer is not shown");
}

// A field by its whole label, whether the dialect asks for it or not.
const labelled = (name) => new RegExp(`^${name}( \\(optional\\))?$`);

// J12: credited by hand, told to the publisher's server, and taken back, each once.
async function byHand(page, app, name, kash) {
  await go(page, `${base}/apps/${app.id}`);
  await follow(page, "Credit a user by hand");
  await look(page, `${name}-credit`);
  await page.getByLabel("User", { exact: true }).fill("u 1");
  await page.getByLabel(labelled("Reward")).fill("60.0");
  await page.getByLabel(labelled("Payout")).fill("1.255");
  await page.getByLabel(labelled("Offer")).fill("Family Island");
  await page.getByLabel("Offer id").fill("o1");
  await page.getByLabel("Reason").fill("the survey crashed");
  await press(page, "Preview callback");
  await says(page, "must be an amount of USD such as 17.55");
  await look(page, `${name}-credit-refused`);
  await page.getByLabel(labelled("Payout")).fill("1.25");
  await press(page, "Preview callback");
  await says(page, "Credit u 1 with 60.0?");
  await look(page, `${name}-credit-asked`);
  const before = kash.received.length;
  await press(page, "Credit");
  await says(page, "Credited. What becomes of the callback stands here.");
  await until("the credit arrives", () => kash.received.length === before + 1);
  holds(kash.received.at(-1).searchParams.get("user_id") === "u 1", name, "told is", kash.received.at(-1).href);
  const completion = page.url();
  await until("it is delivered", async () => { await page.reload(); return (await text(page)).includes("Delivered"); });
  await look(page, `${name}-completion`);
  await follow(page, "Reverse");
  await says(page, "1.25 USD");
  await look(page, `${name}-reverse`);
  await page.getByLabel("Parts of it, as given below").check();
  await page.getByLabel("Payout in USD").fill("9");
  await page.getByLabel("Note").fill("credited to the wrong user");
  await press(page, "Reverse");
  await says(page, "Payout in USD is more than the 1.25 USD that are left.");
  await look(page, `${name}-reverse-refused`);
  await page.getByLabel("All that is left").check();
  await page.getByLabel("Payout in USD").fill("");
  await press(page, "Reverse");
  await says(page, "Reversed. The publisher's server is told.");
  await until("the reversal arrives", () => kash.received.length === before + 2);
  holds(kash.received.at(-1).searchParams.get("reverse") === "1", name, "told is", kash.received.at(-1).href);
  await go(page, completion);
  await says(page, "nothing is left of it to reverse");
  await look(page, `${name}-completion-reversed`);
}

// Names of any length, and amounts of any size, break nothing.
async function longest(page, app, name) {
  const credit = { userId: LONG, externalId: `${name}${LONG}`.slice(0, 128), offerId: LONG, offerName: "W".repeat(255), userReward: "123456789012345678.123456789", payoutMinor: 999_999_999_999, eventType: "sale", note: "n".repeat(500), reason: "r".repeat(500) };
  const { id } = await api("POST", `/v1/apps/${app.id}/credits`, credit);
  await go(page, `${base}/completions`);
  await look(page, `${name}-completions-all`);
  await go(page, `${base}/completions/${id}`);
  await look(page, `${name}-completion-long`);
  await go(page, `${base}/completions/${id}/reverse`);
  await look(page, `${name}-reverse-long`);
}

// What is set of an app, a further endpoint, and the app's end.
async function settings(page, app, name) {
  await go(page, `${base}/apps/${app.id}/settings`);
  await look(page, `${name}-settings`);
  await page.getByLabel("Held for at most, in days").fill("999");
  await press(page, "Save");
  await says(page, "Held for at most, in days must be a number of days from 1 to 365.");
  await look(page, `${name}-settings-refused`);
  await page.getByLabel("Held for at most, in days").fill("14");
  await press(page, "Save");
  await says(page, "Saved. In force now.");
  await page.getByLabel("Revenue share").fill("70");
  await page.getByLabel("Reward rate").fill("100.50");
  await press(page, "Save terms");
  const set = await api("GET", `/v1/apps/${app.id}`);
  holds(set.maxHeldDays === 14 && set.rewardRate === "100.50" && set.revenueShareBps === 7000, name, "in force is", JSON.stringify(set));
  await go(page, `${base}/apps/${app.id}/pause`);
  await look(page, `${name}-pause`);
  await press(page, "Pause app");
  await says(page, "Paused. Callbacks wait until the app is resumed.");
  await go(page, `${base}/apps/${app.id}/settings`);
  await look(page, `${name}-settings-paused`);
  await press(page, "Resume");
  await says(page, "Resumed. What waited is sent now.");
  await go(page, `${base}/apps/${app.id}/settings`);
  await page.getByText("Add an endpoint").click();
  await page.getByLabel("Dialect of a further endpoint").selectOption("standard-webhooks");
  await press(page, "Add endpoint");
  await says(page, "Added. Set its callback URL");
  await go(page, `${base}/apps/${app.id}/settings`);
  await look(page, `${name}-settings-endpoints`);
  await go(page, await page.getByRole("link", { name: /^Delete/ }).last().evaluate((one) => one.href));
  await look(page, `${name}-endpoint-delete`);
  await press(page, "Delete endpoint");
  await says(page, "The endpoint is deleted.");
  await follow(page, "Archive app");
  await look(page, `${name}-archive`);
  await page.getByLabel("Type ").fill("another name");
  await press(page, "Archive app");
  await says(page, "as it is written.");
  await look(page, `${name}-archive-refused`);
  await page.getByLabel("Type ").fill(app.name);
  await press(page, "Archive app");
  await says(page, "is archived. Its history stays.");
  await look(page, `${name}-archived`);
  await go(page, `${page.url()}/settings`);
  await look(page, `${name}-archived-settings`);
}

for (const [size, viewport] of [["wide", WIDE], ["phone", PHONE]]) {
  for (const script of [true, false]) {
    const name = `work-${size}${script ? "" : "-no-script"}`;
    const kash = await server();
    const publisherId = (await api("POST", "/v1/publishers", { name: `Publisher of ${name}` })).id;
    const app = await api("POST", "/v1/apps", { publisherId, name: `Wall ${name}`, dialect: "besitos", callbackUrl: kash.url, retrySchedule: [] });
    await api("POST", `/v1/apps/${app.id}/secrets`, {});
    const ana = await enter(browser, { viewport, script });
    await joined(ana, `ana-${name}@example.com`, { role: "publisher", publisherId });
    await go(ana, `${base}/completions`);
    await says(ana, "No completions yet. They appear as soon as the offer system reports one.");
    await look(ana, `${name}-completions-empty`);
    await outage(app, name, kash);
    await catchUp(ana, app, name, kash);
    await list(ana, name);
    await ana.context().close();

    const max = await enter(browser, { viewport, script });
    await joined(max, `max-${name}@example.com`, { role: "account_manager" });
    await byHand(max, app, name, kash);
    await longest(max, app, name);
    await until("nothing is open", async () => (await api("GET", `/v1/deliveries?appId=${app.id}&status=pending&status=sending`)).items.length === 0);
    await settings(max, app, name);
    await max.context().close();
    kash.close();
  }
}

await browser.close();
finish();
