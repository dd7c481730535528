// People, API tokens, the pages of problems, egress IPs and the homes of three roles: with and without script, in both widths and
// themes. Somebody is invited and joins; what was shown once is shown no more (J16).
//
//     node people.js http://127.0.0.1:PORT OPERATOR-TOKEN
//
// With SHOTS=FOLDER it also takes a picture of each page.
import { NARROW, PHONE, WIDE, enter, go, holds, open } from "./browser.js";
import { PASSWORD, api, base, finish, follow as follow_any, look, press_first as press, says, shown_once, token } from "./journey.js";

const LONG = "a-name-without-any-blank-in-it-".repeat(4);
const browser = await open();

const follow = (page, name) => follow_any(page, name, true);
const lacks = async (page, words, what) => holds(!(await page.content()).includes(words), page.url(), what);
const join = async (page, link, name) => {
  await go(page, link);
  const own = page.getByLabel("Your name");
  if (!(await own.inputValue())) await own.fill(name);
  await page.getByLabel("Password").fill(PASSWORD);
  await press(page, "Join");
  holds(new URL(page.url()).pathname === "/", "joining leads to", page.url());
};

// Neither a reload nor the way back shows it again.
async function once(page, secret, said) {
  await page.reload();
  await says(page, said);
  await lacks(page, secret, "shows on a reload what was shown once");
  await page.goBack({ waitUntil: "load" }).catch(() => null);
  await page.waitForFunction(() => document.readyState === "complete");
  await lacks(page, secret, "shows on the way back what was shown once");
}

const publisherId = (await api("POST", "/v1/publishers", { name: "Kash", ref: "kash" })).id;
const app = await api("POST", "/v1/apps", { publisherId, name: "Kash wall", ref: "kash-wall", dialect: "besitos" });
const old = await api("POST", "/v1/egress-ips", { address: "127.0.8.1" });
await api("POST", `/v1/egress-ips/${old.id}/assignments`, { appId: app.id });
const next = await api("POST", "/v1/egress-ips", { address: "2001:db8:1234:5678:9abc:def0:1234:5678" });
await fetch(`${base}/v1/apps/${app.id}/egress`, {
  method: "PUT", headers: { Authorization: `Bearer ${token}` },
  body: JSON.stringify({ egressIpId: next.id, activeAt: new Date(Date.parse(old.createdAt) + 86_400_000).toISOString() }),
});
await api("POST", "/v1/apps", { publisherId, name: LONG, dialect: "besitos" });
await api("POST", "/v1/tokens", { name: LONG, role: "publisher", publisherId });
await api("POST", "/v1/invitations", { email: `${"x".repeat(60)}@${"y".repeat(60)}.${"z".repeat(60)}.example.com`, name: LONG, role: "publisher", publisherId });

for (const [size, viewport] of [["wide", WIDE], ["phone", PHONE]]) {
  for (const script of [true, false]) {
    const name = `people-${size}${script ? "" : "-no-script"}`;
    const page = await enter(browser, { viewport, script });
    const invited = await api("POST", "/v1/invitations", { email: `${name}@example.com`, role: "operator", name: "Olga" });
    await join(page, invited.link, "Olga");
    await says(page, "Needs you");
    await says(page, "Oldest due");
    await says(page, "Scheduled switches");
    await look(page, `${name}-home-operator`);

    // Invite: a fault first, then the link, once.
    await go(page, `${base}/people`);
    await look(page, `${name}-list`);
    await follow(page, "Invite");
    await look(page, `${name}-invite`);
    const email = `ana-of-${name}@example.com`;
    await page.getByLabel("E-mail").fill(email);
    await page.getByLabel("Publisher", { exact: true }).first().check();
    await press(page, "Make link");
    await says(page, "Publisher is required for the role publisher.");
    await look(page, `${name}-invite-refused`);
    await page.locator("select[name=publisherId]").selectOption({ label: "Kash" });
    await press(page, "Make link");
    await says(page, `With this link ${email} joins as somebody of Kash.`);
    const link = await shown_once(page);
    await look(page, `${name}-link`);
    const other = await enter(browser, { viewport, script });
    await join(other, link, "Ana");
    await look(other, `${name}-home-publisher`);
    await go(other, `${base}/egress`);
    await says(other, "Callbacks of these apps come from these addresses alone.");
    await look(other, `${name}-own-egress`);
    await go(other, `${base}/people`);
    await look(other, `${name}-own-list`);
    await once(page, link, "This link was shown already.");

    // A person: changed, and asked about before it is disabled.
    await go(page, `${base}/people`);
    await Promise.all([page.waitForNavigation(), page.getByRole("row", { name: email }).getByRole("link").click()]);
    await look(page, `${name}-person`);
    await page.getByLabel("Name", { exact: true }).fill("");
    await page.evaluate(() => document.querySelector("#field-name").removeAttribute("required"));
    await press(page, "Save");
    await says(page, "There is a problem");
    await look(page, `${name}-person-refused`);
    await page.getByLabel("Name", { exact: true }).fill("Ana A.");
    await press(page, "Save");
    await says(page, "Saved.");
    if (script) {
      await page.getByRole("link", { name: "Disable" }).click();
      await page.locator("dialog[open]").waitFor();
      page.asked = [];
      await look(page, `${name}-disable-dialog`);
      await page.keyboard.press("Escape");
      await page.locator("dialog").waitFor({ state: "detached" });
    }
    await go(page, `${page.url()}/disable`);
    await look(page, `${name}-disable`);
    await press(page, "Disable");
    await says(page, "Ana A. is disabled and signed out everywhere.");
    await look(page, `${name}-disabled`);
    await go(other, `${base}/people`);
    holds(new URL(other.url()).pathname === "/sign-in", "whoever is disabled sees", other.url());
    await press(page, "Enable");
    await press(page, "Make password link");
    const reset = await shown_once(page);
    await once(page, reset, "This link was shown already.");

    // A token: once as well.
    await go(page, `${base}/people/tokens`);
    await look(page, `${name}-tokens`);
    await follow(page, "New token");
    await page.getByLabel("Name", { exact: true }).fill(`import of ${name}`);
    await page.getByLabel("Account manager", { exact: true }).check();
    await look(page, `${name}-new-token`);
    await press(page, "Make token");
    const made = await shown_once(page);
    await look(page, `${name}-token`);
    const known = await fetch(`${base}/v1/me`, { headers: { Authorization: `Bearer ${made}` } });
    holds((await known.json()).role === "account_manager", "the token is not what it was made as");
    await once(page, made, "This token was shown already.");
    await go(page, `${base}/people/tokens`);
    await go(page, await page.getByRole("link", { name: `Delete import of ${name}` }).evaluate((one) => one.href));
    await says(page, "Whatever calls with it is answered 401 from then on.");
    await look(page, `${name}-delete-token`);
    await press(page, "Delete token");
    await says(page, "It opens nothing any more.");

    // The list of apps with filters, egress IPs, problems.
    for (const [at, as] of [["/apps?sort=name", "apps"], ["/apps?q=nowhere", "apps-none"], ["/apps?state=bad&q=kept", "apps-wrong"], ["/apps?archived=true", "apps-archived"], ["/egress", "egress"], [`/egress/${next.id}`, "egress-one"], ["/problems", "problems"], ["/problems/transaction-id-taken", "problem"], ["/account", "account"]]) {
      await go(page, `${base}${at}`);
      await look(page, `${name}-${as}`);
    }
    const stranger = await enter(browser, { viewport, script });
    for (const at of ["/problems", "/problems/unauthorized"]) {
      await go(stranger, `${base}${at}`);
      await look(stranger, `${name}-stranger${at.replaceAll("/", "-")}`);
    }
    const manager = await enter(browser, { viewport, script });
    await join(manager, (await api("POST", "/v1/invitations", { email: `max-of-${name}@example.com`, role: "account_manager" })).link, "Max");
    await look(manager, `${name}-home-manager`);
    if (script) {
      // It renews itself: what comes to need somebody is told of, and no row moves.
      const before = await manager.locator("tr[id^=need-]").evaluateAll((rows) => rows.map((row) => row.id));
      await api("POST", "/v1/apps", { publisherId, name: `A newer wall of ${name}`, dialect: "besitos" });
      await manager.evaluate(() => document.querySelector("#work").dispatchEvent(new CustomEvent("poll")));
      await manager.locator(".newer").waitFor();
      const after = await manager.locator("tr[id^=need-]").evaluateAll((rows) => rows.map((row) => row.id));
      holds(before.join() === after.join(), "a row has moved from", ...before, "to", ...after);
      await look(manager, `${name}-home-newer`);
    }
    for (const one of [page, other, stranger, manager]) await one.context().close();
  }
}

// Nothing is too long for the narrowest screen.
{
  const page = await enter(browser, { viewport: NARROW });
  await join(page, (await api("POST", "/v1/invitations", { email: "narrow@example.com", role: "operator" })).link, LONG);
  for (const at of ["/", "/people", "/people/invite", "/people/tokens", "/people/tokens/new", "/apps", "/egress", `/egress/${next.id}`, "/problems", "/problems/too-slow"]) {
    await go(page, `${base}${at}`);
    await look(page, `narrow${at.replaceAll("/", "-")}`);
  }
  await page.context().close();
}

await browser.close();
finish();
