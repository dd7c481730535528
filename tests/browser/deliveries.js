// Deliveries as people watch them: a list whose rows never move while new ones come in, a delivery from retrying to delivered, long
// values on small screens, and where a reward is.
//
//     node deliveries.js http://127.0.0.1:PORT OPERATOR-TOKEN
//
// With SHOTS=FOLDER it also takes a picture of each page.
import crypto from "node:crypto";
import { NARROW, PHONE, WIDE, enter, go, holds, open } from "./browser.js";
import { PASSWORD, api, base, finish, listen, look, press, says as says_in, text as text_of, token } from "./journey.js";

const LONG = "x".repeat(120);
const browser = await open();

// What the page says beside its frame.
const text = (page) => text_of(page, "main");
const says = (page, words) => says_in(page, words, "main");

// A publisher's server: what it answers is decided by the user that it is called for, call by call.
const answers = new Map();
const server = await listen((request, answer) => {
  const user = new URL(request.url, "http://x").searchParams.get("user_id");
  const next = answers.get(user)?.shift() ?? 200;
  answer.writeHead(next).end(next === 200 ? "OK" : "out of memory");
});
const callback = server.url;

const publisherId = (await api("POST", "/v1/publishers", { name: "Kash" })).id;
const made = async (name, ref, settings) => {
  const app = await api("POST", "/v1/apps", { publisherId, name, ref, dialect: "besitos", callbackUrl: callback, ...settings });
  await api("POST", `/v1/apps/${ref}/secrets`, {});
  return app;
};
const kash = await made("Kash wall", "kash", { retrySchedule: [4, 3_600] });
await made("🦘".repeat(12) + "wall-of-the-longest-name-that-anybody-gave-to-an-app-without-any-blank", "roo", { retrySchedule: [] });
await made("Paused wall", "paused", { paused: true });
const source = await api("POST", "/v1/sources", { name: "Acme" });

async function report(completion) {
  const body = JSON.stringify({ eventType: "sale", userId: "u1", offerId: "o1", offerName: "Family Island", userReward: "60", payoutMinor: 100, ...completion });
  const timestamp = String(Date.now());
  const signature = crypto.createHmac("sha256", source.secret).update(`${timestamp}.${body}`).digest("hex");
  const headers = { "Content-Type": "application/json", "x-ea-surface": source.surfaceId, "x-ea-timestamp": timestamp, "x-ea-signature": signature };
  const answer = await fetch(`${base}/v1/conversions`, { method: "POST", headers, body });
  if (!answer.ok) throw new Error(`a report: ${answer.status} ${await answer.text()}`);
  return answer.json();
}
const until = async (id, status) => {
  for (;;) {
    const found = await api("GET", `/v1/deliveries/${id}`);
    if (found.status === status) return found;
  }
};

let people = 0;
async function person(role, options) {
  people += 1;
  const invited = await api("POST", "/v1/invitations", { email: `p${people}@example.com`, ...role });
  const joined = await api("POST", "/v1/join", { token: invited.link.split("/join/")[1], name: "Ana", password: PASSWORD }, "");
  const page = await enter(browser, options);
  await page.context().addCookies([{ name: "ringback", value: joined.token, url: base }]);
  return page;
}
const publisher = { role: "publisher", publisherId };

// What is in each state, with the longest values that there are.
async function fill() {
  answers.set("u-dead", [500]);
  await until((await report({ externalId: "order-dead", appId: "roo", userId: "u-dead" })).deliveries[0].id, "dead");
  await report({ externalId: "order-held", appId: "paused", userId: "u7", offerName: "Zen Koi: build your pond, feed the fish, reach level 20 within 14 days", userReward: "1200" });
  await report({ externalId: `long${LONG}1234`, appId: "roo", userId: `user${LONG}5678`, offerName: "Coin-Tales-without-any-blank-in-its-very-long-name-of-an-offer" });
  const { deliveries } = await report({ externalId: "order-taken", appId: "kash", userId: "u9", userReward: "0.10" });
  await until(deliveries[0].id, "delivered");
}

// §11.9: new deliveries come in, no row on screen moves, and what is told of newer ones grows.
async function rowsStay(page, name) {
  await go(page, `${base}/deliveries`);
  const rows = () => page.evaluate(() => [...document.querySelectorAll("tbody tr")].map((row) => {
    const { x, y, width, height } = row.getBoundingClientRect();
    return `${row.querySelector(".cover").getAttribute("href")} ${[x, y + scrollY, width, height].map(Math.round)}`;
  }));
  const newer = async () => parseInt(await page.locator("#newer").innerText(), 10);
  const before = await rows();
  let number = 0;
  const coming = setInterval(() => report({ externalId: `${name}-${number += 1}`, appId: "kash", userId: "u2" }), 200);
  await page.locator("#newer").waitFor({ timeout: 30_000 });
  const first = await newer();
  holds((await rows()).join("\n") === before.join("\n"), name, "a row moved:", ...before.filter((row) => !row), (await rows()).find((row, at) => row !== before[at]), "was", before.find((row, at) => row !== before[at]));
  await page.waitForFunction((first) => parseInt(document.querySelector("#newer").textContent, 10) > first, first, { timeout: 30_000 });
  clearInterval(coming);
  holds((await rows()).join("\n") === before.join("\n"), name, "a row moved when there were more");
  await look(page, `${name}-newer`);
  await Promise.all([page.waitForNavigation(), page.locator("#newer").click()]);
  holds(await page.locator("#newer").count() === 0, "what was shown is still newer");
  holds((await rows()).length === 50, "of a page there are", (await rows()).length, "rows");
  await look(page, `${name}-fifty`);
}

// J13: a delivery is watched from retrying to delivered: an open detail and the focus stay.
async function watched(page, name) {
  const user = `u-${name}`;
  answers.set(user, [500]);
  const { id } = (await report({ externalId: `watch-${name}`, appId: "kash", userId: user })).deliveries[0];
  await until(id, "retrying");
  await go(page, `${base}/deliveries/${id}`);
  await says(page, "We try again at");
  await says(page, "Our turn");
  await look(page, `${name}-retrying`);
  if (!page.has_script) return;
  const opened = page.locator("#attempt-1");
  holds(await opened.evaluate((one) => one.open), "the newest attempt is not open");
  await page.locator("#attempt-1-head").focus();
  await page.locator("#shown [role=status]", { hasText: "Delivered" }).waitFor({ state: "attached", timeout: 30_000 });
  const focused = await page.evaluate(() => document.activeElement.id);
  holds(focused === "attempt-1-head", "the focus went to", focused);
  holds(await opened.evaluate((one) => one.open), "an open detail was closed");
  holds(await page.locator("#attempt-2").evaluate((one) => one.open), "the newest attempt is not open");
  await says(page, "Nothing to do");
  holds(await page.locator("[data-poll]").count() === 0, "what has ended is still asked for");
  await look(page, `${name}-delivered`);
}

// A dialog asks first, Escape closes it, and the page of the same form does the same.
async function canceled(page, name) {
  const { id } = (await report({ externalId: `cancel-${name}`, appId: "paused", userId: "u3" })).deliveries[0];
  await until(id, "held");
  await go(page, `${base}/deliveries/${id}`);
  await says(page, "Held: the app is paused.");
  await look(page, `${name}-held`);
  if (page.has_script) {
    await page.locator("#cancel").click();
    await page.locator("dialog[open]").waitFor();
    page.asked = [];
    await look(page, `${name}-cancel-dialog`);
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
    holds(await page.evaluate(() => document.activeElement.id) === "cancel", "the focus does not return to what opened the dialog");
  }
  await go(page, `${base}/deliveries/${id}/cancel`);
  await look(page, `${name}-cancel`);
  await press(page, "Cancel delivery");
  await says(page, "Canceled. It is not sent any more.");
  await look(page, `${name}-canceled`);
}

// J10: where a reward is, in each of the turns, in the words of the publisher.
const offer = await api("POST", "/v1/offers", { name: "Zen Koi", destinationUrl: "https://ads.example/go?c={click_id}", payoutMinor: 250, currency: "USD" });
const away = await api("POST", "/v1/egress-ips", { address: "203.0.113.9" });
await made("Zen wall", "zen", {});
await api("POST", `/v1/egress-ips/${away.id}/assignments`, { appId: "zen" });
async function rewards(page, name) {
  const user = (turn) => `${turn}-of-${name}`;
  answers.set(user("publisher"), [500]);
  answers.set(user("ringback"), [500]);
  const report_of = async (turn, app) => (await report({ externalId: `${turn}-${name}`, appId: app, userId: user(turn) })).deliveries[0].id;
  await until(await report_of("publisher", "roo"), "dead");
  await until(await report_of("nobody", "kash"), "delivered");
  await report_of("operator", "zen");
  await until(await report_of("ringback", "kash"), "retrying");
  await fetch(`${base}${new URL(offer.trackingUrl, base).pathname}?app=kash&user=${user("offer")}`, { redirect: "manual" });
  await go(page, `${base}/lookup`);
  await look(page, `${name}-lookup`);
  for (const [turn, heading, words] of [
    ["publisher", "Your turn", "Your server answered 500. Fix it, then replay."],
    ["ringback", "Our turn", "Your server answered 500. We try again at"],
    ["operator", "Our turn", "no node holds the egress IP that it leaves from"],
    ["nobody", "Nothing to do", "Delivered. Your server answered 200"],
    ["offer", "The offer system's turn", "Nothing was reported with this click yet"],
  ]) {
    await page.getByLabel("User, transaction or click").fill(user(turn));
    await press(page, "Look up");
    await says(page, heading);
    await says(page, words);
    await says(page, "For a reply to the user");
    await look(page, `${name}-lookup-${turn}`);
  }
  await page.getByLabel("User, transaction or click").fill("nobody at all");
  await press(page, "Look up");
  await says(page, "No user, transaction, click or record is known by this");
  await look(page, `${name}-lookup-nothing`);
  await go(page, `${base}/lookup?q=${user("nobody")}`);
  if (page.has_script) {
    await page.getByRole("button", { name: "Copy the reply" }).click();
    await page.getByText("Copied").first().waitFor();
  }
  await Promise.all([page.waitForNavigation(), page.getByRole("link", { name: "Open delivery" }).click()]);
  await says(page, `nobody-${name}`);
  await go(page, `${base}/lookup?q=${user("nobody")}`);
  await go(page, await page.getByRole("link", { name: "Erase this user" }).evaluate((one) => one.href));
  await page.getByLabel("User id").fill("somebody else");
  await press(page, "Erase this user");
  await says(page, "User id must be the id of this user, exactly.");
  await look(page, `${name}-erase-refused`);
  await page.getByLabel("User id").fill(user("nobody"));
  await press(page, "Erase this user");
  await says(page, "Erased. Nothing bears the user's id any more.");
  await go(page, `${base}/deliveries?q=nobody-${name}`);
  await says(page, "erased");
  await go(page, `${base}/apps/kash`);
  await says(page, "Newest deliveries");
  await look(page, `${name}-overview`);
}

await fill();
for (const [size, viewport] of [["wide", WIDE], ["phone", PHONE]]) {
  for (const script of [true, false]) {
    const name = `deliveries-${size}${script ? "" : "-no-script"}`;
    const page = await person(publisher, { viewport, script });
    await go(page, `${base}/deliveries`);
    await look(page, `${name}-list`);
    if (size === "phone") await page.locator(".folds > summary").click();
    await page.getByLabel("State", { exact: true }).selectOption("attention");
    await press(page, "Filter");
    holds(new URL(page.url()).searchParams.get("state") === "attention", "the filter leads to", page.url());
    holds(await page.locator("tbody tr").count() >= 2, "what needs attention is not listed");
    if (size === "phone") await page.locator(".folds > summary").click();
    await page.getByText("More filters").click();
    await look(page, `${name}-attention`);
    await go(page, `${base}/deliveries?state=held&answer=2xx&to=soon`);
    await says(page, "There is a problem");
    await look(page, `${name}-wrong`);
    await go(page, `${base}/deliveries?q=nobody`);
    await says(page, "No delivery matches.");
    await look(page, `${name}-no-match`);
    await go(page, `${base}/deliveries?answer=500`);
    await Promise.all([page.waitForNavigation(), page.locator(".cover").first().click()]);
    await says(page, "Your turn");
    await look(page, `${name}-dead`);
    await watched(page, name);
    await canceled(page, name);
    await rewards(page, name);
    if (script) await rowsStay(page, name);
    await page.context().close();
  }
}

// A page full of the longest values is no longer than a page may be.
for (let number = 0; number < 50; number += 1) {
  await report({ externalId: `${LONG}${1000 + number}`.padStart(128, "y"), appId: "roo", userId: `${LONG}${2000 + number}`.padStart(128, "z"), offerName: `🦘 ${LONG}` });
}

// The longest values at 320 px, for an operator, who sees the publisher as well; and between a phone and a desk.
for (const [size, viewport] of [["narrow", NARROW], ["tablet", { width: 760, height: 900 }]]) {
  const page = await person({ role: "operator" }, { viewport });
  await go(page, `${base}/deliveries?app=roo`);
  await look(page, `deliveries-${size}-long`);
  holds(await page.locator("tbody tr").count() === 50, "the page of the longest values is not full");
  await Promise.all([page.waitForNavigation(), page.locator(".cover").first().click()]);
  await look(page, `deliveries-${size}-long-one`);
  await go(page, `${base}/deliveries`);
  await look(page, `deliveries-${size}-all`);
  await go(page, `${base}/lookup?q=user${LONG}5678`);
  await says(page, "the publisher's own books");
  await look(page, `deliveries-${size}-lookup`);
  await go(page, await page.getByRole("link", { name: "Erase this user" }).evaluate((one) => one.href));
  await look(page, `deliveries-${size}-erase`);
  await page.context().close();
}

server.close();
await browser.close();
finish();
