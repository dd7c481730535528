// The pages of the console, as people go through them: with and without script, in both widths, in both themes.
//
//     node pages.js http://127.0.0.1:PORT LINK-OF-THE-FIRST-OPERATOR OPERATOR-TOKEN
//
// With SHOTS=FOLDER it also takes a picture of each.
import crypto from "node:crypto";
import { PHONE, WIDE, enter, go, holds, open } from "./browser.js";
import { PASSWORD, api, base, finish, look, press, says, text } from "./journey.js";

const link = process.argv[3];
const GOOD = "https://kash.example/pb?user_id={user_id}&tx={transaction_id}&payout={payout}";
const MISSPELT = GOOD.replace("transaction", "tranaction");
const SECRET = "#secret-text";
const browser = await open();

// Joins by a link; the password is too short at first.
async function join(page, at, fields, name) {
  await go(page, at);
  await look(page, `${name}-join`);
  for (const [label, value] of Object.entries(fields)) await page.getByLabel(label).fill(value);
  await page.getByLabel("Password").fill("short");
  await press(page, "Join");
  await says(page, "Password must have 12 characters or more, not 5.");
  await look(page, `${name}-join-refused`);
  await page.getByLabel("Password").fill(PASSWORD);
  await press(page, "Join");
  holds(new URL(page.url()).pathname === "/", "joining leads to", page.url());
}

async function signOut(page) {
  const menu = page.getByText("Menu", { exact: true });
  if (await menu.isVisible()) await menu.click();
  const button = page.getByRole("button", { name: "Sign out" }).locator("visible=true");
  await Promise.all([page.waitForNavigation(), button.click()]);
  await says(page, "You are signed out.");
}

async function signIn(page, email, password) {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await press(page, "Sign in");
}

const previewed = (page, words) =>
  page.waitForFunction((words) => document.querySelector("#preview-shown pre")?.textContent.includes(words), words);

// Thirty dialects take no more than a part of the screen, and are found by typing.
async function chooseDialect(page, script, name) {
  const besitos = page.getByLabel("Besitos", { exact: true });
  const box = await page.locator(".choices").boundingBox();
  if (!script) {
    holds(await page.getByLabel("Find").isHidden(), "without script there is a field that finds nothing");
    await besitos.check();
    return;
  }
  holds(box.height <= page.viewportSize().height * 0.6, "the dialects take", box.height, "of the screen");
  const find = page.getByLabel("Find");
  const left = () => page.locator(".choice:visible > .tick label").allInnerTexts();
  await find.fill("notik");
  holds((await left()).join() === "Notik", "what is found is", ...await left());
  await page.keyboard.press("Enter");
  await page.getByLabel("pub_id", { exact: true }).waitFor();
  holds(await page.evaluate(() => document.activeElement.value) === "notik", "Enter does not lead to what it chose");
  await look(page, `${name}-new-app-own-settings`);
  await find.fill("nowhere");
  await says(page, "No dialect is called so.");
  holds((await left()).join() === "Notik", "what is chosen is out of sight");
  await find.fill("");
  await page.locator("#field-dialect").evaluate((one) => { for (const radio of one.querySelectorAll(":checked")) radio.checked = false; });
  await find.fill("nowhere");
  await page.getByRole("button", { name: "Create app" }).click();
  holds((await left()).length > 10, "whoever has chosen none is not shown what there is");
  await find.fill("BES VERIFIER");
  await page.keyboard.press("Enter");
  holds(await besitos.isChecked(), "a dialect is not found by its name and its signature");
  holds(await page.getByLabel("pub_id", { exact: true }).isHidden(), "what another dialect wants to know stays");
  await find.fill("");
  await page.keyboard.press("Tab");
  await page.keyboard.press("ArrowDown");
  holds(await page.getByLabel("BitLabs", { exact: true }).isChecked(), "the keyboard does not go through the dialects");
  await besitos.check();
  holds(new URL(page.url()).pathname === "/apps/new", "finding a dialect leads to", page.url());
}

// A fault comes to its field while somebody types, and goes when it is fixed: neither text, caret nor focus is touched, nothing
// moves aside, and it is said once.
async function faultsComeAndGo(page, url) {
  await page.evaluate(() => {
    window.said = [];
    new MutationObserver(() => window.said.push(document.getElementById("said").textContent))
      .observe(document.getElementById("said"), { childList: true, characterData: true, subtree: true });
  });
  const place = async () => (await url.boundingBox()).x;
  const before = await place();
  const type = async (from, to) => {
    await url.evaluate((one, [from, to]) => {
      const at = one.value.indexOf(from);
      one.setSelectionRange(at, at + from.length);
    }, [from, to]);
    await page.keyboard.insertText(to);
  };
  const caret = () => url.evaluate((one) => [one.selectionStart, one.value.indexOf("&payout"), one === document.activeElement]);
  const said = () => page.evaluate(() => window.said.filter((text) => text.includes("unknown placeholder")).length);
  await type("{transaction_id}", "{tranaction_id}");
  await page.waitForSelector("#field-callbackUrl[aria-invalid=true]");
  holds((await url.getAttribute("aria-describedby")).split(" ").includes("field-callbackUrl-fault"), "the fault does not describe its field");
  holds(await page.locator("#field-callbackUrl-fault .fault .icon").count() === 1, "a fault has no icon");
  await type("{tranaction_id}", "{tranactio_id}");
  await page.waitForFunction(() => document.querySelector("#field-callbackUrl-fault .fault").textContent.includes("{tranactio_id}"));
  const [at, behind, focused] = await caret();
  holds(at === behind && focused, "the caret is at", at, "and not at", behind);
  holds(await place() === before, "a fault moves its field aside");
  holds(await said() === 1, "a fault is said", await said(), "times");
  await type("{tranactio_id}", "{transaction_id}");
  await page.waitForSelector("#field-callbackUrl:not([aria-invalid])");
  holds(await page.locator("#field-callbackUrl-fault .fault").count() === 0, "a fault stays that was fixed");
  holds(await url.inputValue() === GOOD, "what was typed is now", await url.inputValue());
}

// The sample of a preview: what the dialect tells apart, and what a user completed.
async function samples(page, script, name, app) {
  const sample = page.getByLabel("Sample");
  const shown = page.locator("#preview-shown");
  const choose = async (label, words) => {
    await sample.selectOption({ label });
    if (script) await previewed(page, words);
    else await press(page, "Preview");
    holds((await shown.innerText()).includes(words), "of", label, "is shown", await shown.innerText());
    holds(await sample.evaluate((one) => one.selectedOptions[0].label) === label, "the choice does not stay");
  };
  const labels = () => sample.evaluate((one) => [...one.options].map((option) => option.label));
  holds((await labels()).join() === "invented offer,invented deal,invented survey,invented reversal", "to choose from are", ...await labels());
  await choose("invented reversal", "reverse=1");
  const credited = { userId: "user-of-a-real-completion", externalId: `credit-${name}`, eventType: "sale", offerId: "o1", userReward: "60", payoutMinor: 100, reason: "by hand" };
  await api("POST", `/v1/apps/${app.id}/credits`, credited);
  await page.reload();
  const newest = (await labels()).at(-1);
  holds(/^newest completion: .+, \d+ \w+ [\d:]+ UTC$/.test(newest), "the newest is", newest);
  await choose(newest, "user-of-a-real-completion");
  await look(page, `${name}-callback-sample`);
}

// J3: a misspelt placeholder is corrected, by one click where there is a script; then the app is made.
async function newApp(page, script, name, publisher) {
  await go(page, `${base}/apps/new`);
  await look(page, `${name}-new-app`);
  if (publisher) await page.getByLabel("Name of the new publisher").fill(publisher);
  await page.getByLabel("Name", { exact: true }).fill(`Wall of ${name}`);
  await chooseDialect(page, script, name);
  const url = page.getByLabel("Callback URL");
  const shown = page.locator("#preview-shown");
  await url.fill(GOOD);
  if (script) {
    await previewed(page, "https://kash.example/pb?user_id=");
    holds(await url.evaluate((one) => one === document.activeElement), "the preview takes the focus");
    await faultsComeAndGo(page, url);
  } else {
    await press(page, "Preview");
  }
  await says(page, "Done with 200 exactly; else again after 1 min, 5 min, 15 min, 1 h, …, 5 times at most.");
  await look(page, `${name}-new-app-preview`);
  await url.fill(MISSPELT);
  if (script) {
    const use = page.locator("#field-callbackUrl-fault [data-take]");
    await use.waitFor();
    holds((await shown.innerText()).includes("kash.example/pb"), "the last good state is gone while there is a fault");
    await look(page, `${name}-new-app-fault`);
    await use.click();
    holds(await url.inputValue() === GOOD, "the correction is", await url.inputValue());
    await page.waitForSelector("#field-callbackUrl:not([aria-invalid])");
    holds(await page.locator(".fault, .stale").count() === 0, "a fault stays that was fixed");
  } else {
    await press(page, "Create app");
    await says(page, "{tranaction_id}; did you mean {transaction_id}?");
    await look(page, `${name}-new-app-refused`);
    await url.fill(GOOD);
  }
  await press(page, "Create app");
  await says(page, "Copy it now. It is not shown again, to anybody.");
  await look(page, `${name}-secret`);
  return page.locator(SECRET).innerText();
}

// A preview that is refused as a whole (the session was begun anew in another tab) leaves the form and what was typed as they are.
async function refusedPreview(page, url) {
  await page.evaluate(() => {
    document.querySelector("form[hx-post] [name=formToken]").value = "stale";
    window.ended = new Promise((done) => document.addEventListener("htmx:finally:request", done, { once: true }));
  });
  const answer = page.waitForResponse((one) => one.url().includes("part=preview"));
  await url.fill(MISSPELT);
  holds((await answer).status() === 403, "a stale form is answered", (await answer).status());
  await page.evaluate(() => window.ended.then(() => null));
  holds(await page.locator("main").count() === 1, "a refused preview puts a page into the page");
  holds(await url.inputValue() === MISSPELT, "a refused preview changes what was typed to", await url.inputValue());
  await page.reload();
}

for (const [size, viewport] of [["wide", WIDE], ["phone", PHONE]]) {
  for (const script of [true, false]) {
    const name = `${size}${script ? "" : "-no-script"}`;
    const page = await enter(browser, { viewport, script });
    const email = `${name}@example.com`;
    const is_first = size === "wide" && script;
    if (is_first) {
      await go(page, `${base}/`);
      await says(page, "Nobody can sign in yet. Open the link that ringback serve printed.");
      await look(page, "nobody");
      await join(page, link, { "E-mail": email, "Your name": "Olga" }, name);
      await look(page, "home-operator");
      await go(page, link);
      await says(page, "This link opens nothing");
      await look(page, "void-link");
    } else {
      const publisherId = (await api("POST", "/v1/publishers", { name: `Publisher ${name}` })).id;
      const invited = await api("POST", "/v1/invitations", { email, role: "publisher", publisherId });
      await join(page, invited.link, { "Your name": "Ana" }, name);
      await says(page, "No apps yet. An app is one offerwall placement.");
      await look(page, `${name}-home-empty`);
      await go(page, `${base}/apps/long/callback`);
      await says(page, "There is no such app, or it is not yours.");
      await look(page, `${name}-foreign`);
    }
    await go(page, `${base}/apps`);
    await signOut(page);
    await look(page, `${name}-signed-out`);
    await go(page, `${base}/no-such-page`);
    await says(page, "There is no such page, or it is not yours.");
    await look(page, `${name}-nowhere-signed-out`);
    await go(page, `${base}/sign-in`);
    await signIn(page, email, "wrong password");
    await says(page, "E-mail or password is wrong.");
    await look(page, `${name}-sign-in-refused`);
    await signIn(page, email, PASSWORD);

    const secret = await newApp(page, script, name, is_first ? "Kash" : null);
    holds(/^[0-9a-zA-Z_]{20,}$/.test(secret), "the secret is", secret);
    await page.reload();
    await says(page, "This form was sent before");
    holds(!(await page.content()).includes(secret), "a reload shows the secret again");
    await page.goBack({ waitUntil: "load" }).catch(() => null);
    const seen = await page.waitForFunction(() => document.readyState === "complete" && document.documentElement.outerHTML);
    holds(!(await seen.jsonValue()).includes(secret), "the way back shows the secret again");
    await go(page, `${base}/`);
    await look(page, `${name}-home`);

    await go(page, `${base}/apps`);
    await Promise.all([page.waitForNavigation(), page.getByRole("link", { name: `Wall of ${name}` }).click()]);
    await look(page, `${name}-overview`);
    await go(page, `${page.url()}/callback`);
    await look(page, `${name}-callback`);
    const url = page.getByLabel("Callback URL");
    if (script) await refusedPreview(page, url);
    await url.fill(MISSPELT);
    await press(page, "Save");
    await says(page, "There is a problem");
    await look(page, `${name}-callback-refused`);
    if (script) {
      await page.locator("form [data-take]").click();
      await page.waitForSelector(".summary", { state: "detached" });
      holds(!(await page.title()).startsWith("Error: "), "the title stays", await page.title());
    } else await url.fill(GOOD);
    holds(await url.inputValue() === GOOD, "the correction is", await url.inputValue());
    const changed = `${GOOD}&offer={offer_name}`;
    await url.fill(changed);
    await page.getByText("More settings").click();
    await page.getByLabel("Retry schedule").fill("60, 300");
    await look(page, `${name}-callback-more`);
    await press(page, "Save");
    await says(page, "Saved. In force now.");
    await look(page, `${name}-callback-saved`);
    const app = (await api("GET", `/v1/apps?q=${encodeURIComponent(`Wall of ${name}`)}`)).items.find((one) => one.name === `Wall of ${name}`);
    holds(app.callbackUrl === changed, "in force is", app.callbackUrl);
    holds(JSON.stringify(app.retrySchedule) === "[60,300]", "in force is", app.retrySchedule);
    await samples(page, script, name, app);
    await go(page, `${base}/no-such-page`);
    await says(page, "There is no such page, or it is not yours.");
    await look(page, `${name}-nowhere`);
    if (is_first) {
      const wall = { publisherId: app.publisherId, name: "Hooks", ref: "hooks", dialect: "standard-webhooks", callbackUrl: "https://kash.example/hook", headers: { "X-Api-Key": "hush" } };
      await api("POST", "/v1/apps", wall);
      await api("POST", "/v1/apps/hooks/secrets", {});
      await go(page, `${base}/apps/hooks/callback`);
      await says(page, "Webhook-Signature: v1,");
      await look(page, "hooks-callback");
      await go(page, `${base}/apps/long/callback`);
      await look(page, "long-callback");
      await go(page, `${base}/apps`);
      await look(page, "long-apps");
      await go(page, `${base}/ui`);
      holds(await page.getByRole("heading", { level: 1 }).isVisible(), "an operator does not see the parts");
    } else {
      await go(page, `${base}/ui`);
      await says(page, "Only an operator may do this.");
      await look(page, `${name}-forbidden`);
    }
    await page.context().close();
  }
}

// The second factor: six digits behind the password, which is not asked for twice.
{
  const email = "digits@example.com";
  const invited = await api("POST", "/v1/invitations", { email, role: "operator" });
  const joined = await api("POST", "/v1/join", { token: invited.link.split("/join/")[1], name: "Digits", password: PASSWORD }, "");
  const { key } = await api("POST", "/v1/me/second-factor", undefined, joined.token);
  const started = Math.floor(Date.parse(joined.user.createdAt) / 30_000);
  await api("POST", "/v1/me/second-factor/confirm", { code: digits(key, started) }, joined.token);
  const page = await enter(browser, { viewport: PHONE });
  await go(page, `${base}/sign-in`);
  await signIn(page, email, PASSWORD);
  await look(page, "second-factor");
  const focused = await page.evaluate(() => document.activeElement.name);
  holds(focused === "code", "the six digits are needed, and the focus is at", focused);
  await page.getByLabel("Six digits").fill("000000");
  await press(page, "Sign in");
  await says(page, "These six digits are wrong, or were used before.");
  await look(page, "second-factor-wrong");
  await page.getByLabel("Six digits").fill(digits(key, started + 1).replace(/(...)/, "$1 "));
  await press(page, "Sign in");
  holds(new URL(page.url()).pathname === "/", "the second factor leads to", page.url());
  await page.context().close();
}

// Too many failures, from an address of its own.
{
  const page = await enter(browser, {});
  await page.setExtraHTTPHeaders({ "X-Forwarded-For": "198.51.100.7" });
  await go(page, `${base}/sign-in`);
  for (let failed = 0; failed < 11; failed += 1) await signIn(page, `nobody${failed}@example.com`, "wrong password");
  await says(page, "Too many attempts. Try again after");
  await look(page, "too-many");
  await page.context().close();
}

function digits(key, step) {
  const bits = [...key].map((digit) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(digit).toString(2).padStart(5, "0")).join("");
  const bytes = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = crypto.createHmac("sha1", bytes).update(counter).digest();
  const code = (mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1_000_000;
  return String(code).padStart(6, "0");
}

await browser.close();
finish();
