// A secret is replaced (J8): the next one is tested, signs from now on while the old one is still tried after a refusal, and the old
// one is retired and deleted, with a server that checks signatures and knows at each step what a publisher's would.
//
//     node secrets.js http://127.0.0.1:PORT OPERATOR-TOKEN
//
// With SHOTS=FOLDER it also takes a picture of each page.
import crypto from "node:crypto";
import { PHONE, WIDE, enter, go, holds, open } from "./browser.js";
import { PASSWORD, api, base, finish, follow, listen, look, press_first as press, says, shown_once, text } from "./journey.js";

const browser = await open();

// A publisher's server of the dialect besitos, which takes every secret that it holds, and remembers which one it was.
async function server() {
  const own = { secrets: [], signed_by: [] };
  const listening = await listen((request, answer) => {
    const [signed, verifier] = `http://${request.headers.host}${request.url}`.split(/[?&]verifier=/);
    const by = own.secrets.find((secret) => crypto.createHmac("sha256", secret).update(signed).digest("hex") === verifier);
    if (by) own.signed_by.push(by);
    answer.writeHead(by ? 200 : 401).end();
  });
  return Object.assign(own, listening);
}

for (const [size, viewport] of [["wide", WIDE], ["phone", PHONE]]) {
  for (const script of [true, false]) {
    const name = `switch-${size}${script ? "" : "-no-script"}`;
    const page = await enter(browser, { viewport, script });
    const kash = await server();
    const publisherId = (await api("POST", "/v1/publishers", { name: `Publisher of ${name}` })).id;
    const app = await api("POST", "/v1/apps", { publisherId, name: `Wall ${name}`, dialect: "besitos", callbackUrl: kash.url });
    kash.secrets = [(await api("POST", `/v1/apps/${app.id}/secrets`, { activate: true })).secret];
    const { link } = await api("POST", "/v1/invitations", { email: `${name}@example.com`, role: "publisher", publisherId });
    await go(page, link);
    await page.getByLabel("Your name").fill("Ana");
    await page.getByLabel("Password").fill(PASSWORD);
    await press(page, "Join");
    await replaced(page, app, kash, name);
    await page.context().close();
    kash.close();
  }
}

async function replaced(page, app, kash, name) {
  const secrets = `${base}/apps/${app.id}/secrets`;
  const [old] = kash.secrets;
  await go(page, secrets);
  await press(page, "Add new secret");
  const next = await shown_once(page);
  await go(page, secrets);
  await says(page, "No: no test signed with the next secret was acknowledged yet.");

  // Not stored yet: the test says so, and so does the question whether it is to sign.
  await follow(page, "Test with it");
  await press(page, "Send test callback");
  await says(page, "Refused with 401");
  await go(page, secrets);
  await says(page, "No: no test signed with the next secret was acknowledged yet.");

  kash.secrets = [next, old];
  await follow(page, "Test with it");
  await press(page, "Send test callback");
  await says(page, "Verified");
  holds(kash.signed_by.at(-1) === next, name, "the test was not signed with the next secret");
  await go(page, secrets);
  await says(page, "Yes: a test signed with the next secret was acknowledged, and a wrong signature was refused.");
  await look(page, `${name}-safe`);

  await go(page, await page.getByRole("link", { name: /^Use from now on/ }).first().evaluate((one) => one.href));
  await page.getByLabel("24 hours").check();
  await press(page, "Use from now on");
  await says(page, "signs from now on. The old one is tried after a refusal until");
  await look(page, `${name}-switched`);

  // A server that fell back to the old secret is still reached, by a second call.
  kash.secrets = [old];
  await credited(app, name, 1);
  holds(kash.signed_by.at(-1) === old, name, "the old secret was not tried after a refusal");
  kash.secrets = [next];
  await credited(app, name, 2);
  holds(kash.signed_by.at(-1) === next, name, "the new secret does not sign");

  await go(page, secrets);
  await go(page, await page.getByRole("link", { name: /^Delete/ }).first().evaluate((one) => one.href));
  await says(page, "is not tried after a refusal any more once it is deleted");
  await look(page, `${name}-delete`);
  await press(page, "Delete secret");
  const left = await text(page, "table");
  holds(left.includes("Active") && !left.includes("Retired"), name, "the old secret is still listed:", left);
  holds(!(await page.content()).includes(next), name, "the secret stands on the page again");
}

// A completion that is delivered.
async function credited(app, name, number) {
  const credit = { userId: "u1", userReward: "60", payoutMinor: 100, offerId: "o1", externalId: `${name}-${number}`, eventType: "sale", reason: "by hand" };
  await api("POST", `/v1/apps/${app.id}/credits`, credit);
  const began = Date.now();
  while (Date.now() - began < 60_000) {
    const { items } = await api("GET", `/v1/deliveries?appId=${app.id}&status=delivered&kind=completion`);
    if (items.length === number) return;
  }
  throw new Error(`${name}: completion ${number} is not delivered`);
}

await browser.close();
finish();
