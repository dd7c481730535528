// A dialect of an operator's own: a publisher reads what one that ships would send to its own URL, an operator copies that, writes a
// wrong word and is shown where, has it checked, publishes it, chooses it for an app, and withdraws it.
//
//     node dialects.js http://127.0.0.1:PORT OPERATOR-TOKEN
//
// With SHOTS=FOLDER it also takes a picture of each page.
import { NARROW, PHONE, WIDE, enter, go, holds, open } from "./browser.js";
import { PASSWORD, api, base, finish, fits, follow, look, press, says, shown_once, text } from "./journey.js";

const browser = await open();
const TEMPLATE = "https://kash.example/pb?uid={external_identifier}&tx={transaction_id}&coins={currency_amount}&usd={payout_usd}&taken={is_chargeback}";

async function join(page, role, name) {
  const { link } = await api("POST", "/v1/invitations", { email: `${name}@example.com`, ...role });
  await go(page, link);
  await page.getByLabel("Your name").fill("Ana");
  await page.getByLabel("Password").fill(PASSWORD);
  await press(page, "Join");
}

for (const [size, viewport] of [["wide", WIDE], ["phone", PHONE]]) {
  for (const script of [true, false]) {
    const name = `${size}${script ? "" : "-no-script"}`;
    const publisherId = (await api("POST", "/v1/publishers", { name: `Publisher of ${name}` })).id;
    const app = await api("POST", "/v1/apps", { publisherId, name: `Kash wall ${name}`, dialect: "ayet", callbackUrl: TEMPLATE });
    await read_by_its_publisher(await enter(browser, { viewport, script }), publisherId, app, `dialect-${name}`);
    await made_by_an_operator(await enter(browser, { viewport, script }), `x-own-${name}`, `own-${name}`);
  }
}

// What is built in, by somebody who never sees a recipe.
async function read_by_its_publisher(page, publisherId, app, name) {
  await join(page, { role: "publisher", publisherId }, name);
  await go(page, `${base}/dialects`);
  await look(page, `${name}-list`);
  await page.getByLabel("Name").fill("ayet");
  await press(page, "Find");
  await follow(page, "ayeT-Studios");
  await says(page, "To a server that is made up.");
  await page.getByLabel("Your app").selectOption({ label: app.name });
  await press(page, "Show sample");
  await says(page, `As it would be sent to ${app.name}.`);
  await says(page, "https://kash.example/pb?uid=u-42&tx=tx-1001&coins=150.75&usd=1.25&taken=0");
  await says(page, "taken=1");
  await says(page, "coins=-150.75&taken=1&tx=r-tx-1001");
  const shown = await text(page);
  holds(!shown.includes("The recipe") && !shown.includes("Copy as a draft"), name, "a publisher is shown the recipe");
  await look(page, `${name}-sample`);
  await page.setViewportSize(NARROW);
  await fits(page, name);
  await page.setViewportSize(name.includes("phone") ? PHONE : WIDE);

  await page.getByLabel("A callback URL to try").fill("https://kash.example/pb?uid={external_identifer}");
  await page.getByLabel("Your app").selectOption("");
  await press(page, "Show sample");
  await says(page, "did you mean {external_identifier}?");
  await look(page, `${name}-misspelt`);
  await go(page, `${base}/dialects/wannads`);
  await says(page, "OK or DUP, nothing else.");
  await look(page, `${name}-weak`);
  await go(page, `${base}/dialects/standard-webhooks`);
  await look(page, `${name}-body`);
  await follow(page, "Python");
  await says(page, "RINGBACK_SECRET");
  await look(page, `${name}-receiver`);
  await page.context().close();
}

async function made_by_an_operator(page, dialect, name) {
  await join(page, { role: "operator" }, name);
  await go(page, `${base}/dialects/ayet`);
  await follow(page, "Copy as a draft");
  const recipe = page.getByLabel("Recipe (TOML)");
  const copied = (await recipe.inputValue()).replace('"x-ayet"', `"${dialect}"`).replace('"ayeT-Studios"', `"Wall of ${name}"`);
  await look(page, `${name}-new`);

  await recipe.fill(copied.replace("timeout_seconds", "timout_seconds"));
  await press(page, "Save and check");
  await says(page, "There is a problem");
  await says(page, "timout_seconds = 30");
  const line = copied.split("\n").findIndex((one) => one.startsWith("timeout_seconds")) + 1;
  await says(page, `line ${line}, timout_seconds = 30`);
  await says(page, "timeout_seconds");
  holds((await recipe.inputValue()).includes("timout_seconds"), name, "what was typed is gone");
  await look(page, `${name}-wrong`);

  await recipe.fill(copied);
  await press(page, "Save and check");
  await says(page, "Can be published");
  await look(page, `${name}-checked`);
  for (const details of await page.locator("details:not(.menu) > summary").all()) if (await details.isVisible()) await details.click();
  await fits(page, `${name}-checked`);
  await go(page, `${base}/dialects/${dialect}/draft`);
  await look(page, `${name}-text`);
  await go(page, `${base}/dialects/${dialect}/draft/test`);
  await look(page, `${name}-test`);

  await go(page, `${base}/dialects/${dialect}/draft/publish`);
  await says(page, "From then on it never changes");
  await look(page, `${name}-publish`);
  await press(page, `Publish ${dialect}@1`);
  await says(page, `${dialect}@1 is published.`);
  await look(page, `${name}-published`);
  await go(page, `${base}/dialects`);
  await look(page, `${name}-list`);

  await go(page, `${base}/apps/new`);
  await page.getByLabel("Name of the new publisher").fill(`Publisher ${name}`);
  await page.getByLabel("Name", { exact: true }).fill(`App ${name}`);
  await page.locator(`input[value="${dialect}"]`).check();
  await page.getByRole("textbox", { name: "Callback URL" }).fill(TEMPLATE);
  await look(page, `${name}-chosen`);
  await press(page, "Create app");
  await shown_once(page);

  await go(page, `${base}/dialects/${dialect}@1/withdraw`);
  await says(page, "1 endpoint speaks it and goes on");
  await look(page, `${name}-withdraw`);
  await press(page, `Withdraw ${dialect}@1`);
  await says(page, "Withdrawn");
  await look(page, `${name}-withdrawn`);
  await go(page, `${base}/apps/new`);
  holds((await page.locator(`input[value="${dialect}"]`).count()) === 0, name, "what was withdrawn can be chosen");
  await page.context().close();
}

await browser.close();
finish();
