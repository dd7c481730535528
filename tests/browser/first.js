// The first minutes: from an empty install to a verified callback, for the first operator and for an invited publisher, with a
// server that checks signatures. Steps are counted; what goes wrong on the way is named by the pages (J1, J2, J4, J5, J6).
//
//     node first.js http://127.0.0.1:PORT LINK-OF-THE-FIRST-OPERATOR OPERATOR-TOKEN
//
// With SHOTS=FOLDER it also takes a picture of each page.
import crypto from "node:crypto";
import { PHONE, WIDE, enter, go, holds, open } from "./browser.js";
import { PASSWORD, api, base, finish, follow, listen, look, press, says, shown_once } from "./journey.js";

const link = process.argv[3];
const browser = await open();

// A publisher's server of the dialect besitos: it checks `verifier` over the whole URL with the secret that it was given.
async function server() {
  const received = [];
  const own = { secret: "", checks: true, received };
  const listening = await listen((request, answer) => {
    received.push(request.url);
    const url = `http://${request.headers.host}${request.url}`;
    const [signed, verifier] = url.split(/[?&]verifier=/);
    const right = crypto.createHmac("sha256", own.secret).update(signed).digest("hex");
    const is_right = verifier?.length === right.length && crypto.timingSafeEqual(Buffer.from(verifier), Buffer.from(right));
    answer.writeHead(is_right || !own.checks ? 200 : 401).end();
  });
  return Object.assign(own, listening, { url: `${listening.url}&offer={offer_name}` });
}

for (const [size, viewport] of [["wide", WIDE], ["phone", PHONE]]) {
  for (const script of [true, false]) {
    const name = `first-${size}${script ? "" : "-no-script"}`;
    const is_first = size === "wide" && script;
    const page = await enter(browser, { viewport, script });
    const kash = await server();
    const began = Date.now();
    let steps = 0;
    const step = async (does) => { await does; steps += 1; };
    if (is_first) await operator(page, kash, name, step);
    else await publisher(page, kash, name, step);
    await says(page, "Verified");
    await look(page, `${name}-verified`);
    const most = is_first ? 7 : 8;
    holds(steps <= most, name, "takes", steps, "steps, not", most);
    const seconds = (Date.now() - began) / 1000;
    holds(seconds < 180, name, "takes", seconds, "seconds");
    await wrong(page, kash, name);
    await page.context().close();
    kash.close();
  }
}

// J1: open the link; Join; New app; Create app; store the secret; I have stored it; Send test callback.
async function operator(page, kash, name, step) {
  await step(go(page, link));
  await page.getByLabel("E-mail").fill("olga@example.com");
  await page.getByLabel("Your name").fill("Olga");
  await page.getByLabel("Password").fill(PASSWORD);
  await step(press(page, "Join"));
  await step(follow(page, "New app"));
  await page.getByLabel("Name of the new publisher").fill("Kash");
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Besitos", { exact: true }).check();
  await page.getByLabel("Callback URL").fill(kash.url);
  await step(press(page, "Create app"));
  kash.secret = await shown_once(page);
  await step(look(page, `${name}-secret`));
  await step(follow(page, "I have stored it"));
  await look(page, `${name}-test`);
  await step(press(page, "Send test callback"));
}

// J2: open the link; Join; open the app; Save the URL; Add new secret; store it; I have stored it; Send test callback.
async function publisher(page, kash, name, step) {
  const publisherId = (await api("POST", "/v1/publishers", { name: `Publisher of ${name}` })).id;
  const app = await api("POST", "/v1/apps", { publisherId, name: `Wall ${name}`, dialect: "besitos" });
  const email = `${name}@example.com`;
  const invited = await api("POST", "/v1/invitations", { email, role: "publisher", publisherId });
  await step(go(page, invited.link));
  await page.getByLabel("Your name").fill("Ana");
  await page.getByLabel("Password").fill(PASSWORD);
  await step(press(page, "Join"));
  await step(follow(page, "Set callback URL"));
  await page.getByLabel("Callback URL").fill(kash.url);
  await step(press(page, "Save"));
  await go(page, `${base}/apps/${app.id}/secrets`);
  await look(page, `${name}-no-secret`);
  await step(press(page, "Add new secret"));
  kash.secret = await shown_once(page);
  await step(look(page, `${name}-secret`));
  await step(follow(page, "I have stored it"));
  await step(press(page, "Send test callback"));
}

// What may go wrong afterwards: a wrong secret, a space that was read as a plus, a server that checks nothing.
async function wrong(page, kash, name) {
  const right = kash.secret;
  kash.secret = "another one";
  await press(page, "Send test callback");
  await says(page, "Refused with 401");
  await look(page, `${name}-refused`);
  await follow(page, "Open the doctor");
  await look(page, `${name}-doctor`);
  await page.getByLabel("What your server received").fill(kash.received.at(-2));
  await press(page, "Diagnose");
  await says(page, "It verifies");
  await look(page, `${name}-doctor-verifies`);

  const spaced = kash.received.at(-2).replaceAll("%20", "+");
  await page.getByLabel("What your server received").fill(spaced);
  await press(page, "Diagnose");
  await says(page, "It does not verify");
  await says(page, "differs");
  await look(page, `${name}-doctor-differs`);
  await page.getByLabel("What your server received").fill("nothing of ours");
  await press(page, "Diagnose");
  await says(page, "No signature was found in this.");
  await look(page, `${name}-doctor-unreadable`);

  kash.secret = right;
  kash.checks = false;
  const test = page.url().replace(/\/doctor.*/, "/test");
  await go(page, test);
  await press(page, "Send test callback");
  await says(page, "Not checked");
  await says(page, "Anybody who knows the URL can credit users.");
  await look(page, `${name}-not-checked`);
  kash.checks = true;
  await press(page, "Send three test callbacks");
  await says(page, "The balance has to be 0 compared with before");
  await look(page, `${name}-sequence`);

  const secrets = test.replace(/\/test.*/, "/secrets");
  await go(page, secrets);
  await press(page, "Add new secret");
  const shown = await shown_once(page);
  await page.reload();
  holds(!(await page.content()).includes(shown), "a reload shows the secret again");
  await go(page, secrets);
  await look(page, `${name}-secrets`);
  if (page.has_script) {
    await page.getByRole("link", { name: /^Use from now on/ }).first().click();
    await page.locator("dialog[open]").waitFor();
    // The dialog is asked for by somebody, and is no part of the first view.
    page.asked = [];
    await look(page, `${name}-use-dialog`);
    await page.keyboard.press("Escape");
    const closed = await page.locator("dialog").waitFor({ state: "detached" }).then(() => true, () => false);
    holds(closed, "Escape does not close the dialog");
  }
  await go(page, await page.getByRole("link", { name: /^Use from now on/ }).first().evaluate((one) => one.href));
  await look(page, `${name}-use`);
  await press(page, "Use from now on");
  await says(page, "signs from now on");
  await go(page, secrets.replace(/\/secrets/, "/receiver"));
  await look(page, `${name}-receiver`);
  await go(page, `${base}/account`);
  await look(page, `${name}-account`);
}

await browser.close();
finish();
