/**
 * What officers of compliance and security do, in a real browser: "there was a leak from this channel". Who could read it, who did,
 * why somebody was refused, a case that a second officer approves, search and reading within it, a hold, the review of the
 * looks, and the check of the whole record.
 *
 * Environment: BASE_URL, CHROMIUM (/usr/bin/chromium), SCREENSHOTS (a folder, optional).
 * Ends at the first failure, with the step that failed and why.
 */
import { execFileSync } from "node:child_process";
import { check } from "./accessibility.mjs";
import { base, browser, folder, openPage } from "./browser.mjs";
import { fail, grown, say, signIn, waitForMessage } from "./page.mjs";

const complaints = [];
const open = new Map();
/** So that the script can run twice on one server. */
const NUMBER = `КД-${Date.now() % 1_000_000}`;
const SECRET = `Поставщики получат список в пятницу, ${NUMBER}`;

async function arrive(login) {
  const page = await openPage({ permissions: ["clipboard-read", "clipboard-write"] }, complaints);
  open.set(login, page);
  await signIn(page, login);
  return page;
}

async function step(name, work) {
  const started = Date.now();
  try {
    const result = await work();
    console.log(`ok   ${name} (${Date.now() - started} ms)`);
    return result;
  } catch (error) {
    console.error(`FAIL ${name}\n     ${error.message}`);
    for (const [login, page] of open)
      if (folder)
        await page.screenshot({ path: `${folder}/failed-${login}.png`, fullPage: true }).catch(() => {});
    await browser.close();
    process.exit(1);
  }
}

/** What every page must be, in light and dark, on a desk, on a phone and on the narrowest screen. */
async function look(page, place) {
  for (const [colorScheme, width, height] of [
    ["light", 1440, 900],
    ["light", 320, 700],
    ["dark", 1440, 900],
    ["dark", 390, 844],
  ]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize({ width, height });
    await check(page, `${place}, ${colorScheme}, ${width}`);
    if ((await grown(page)) > 0) fail(`${place} is ${await grown(page)} px wider than ${width}`);
    if (folder) await page.screenshot({ path: `${folder}/${place}-${colorScheme}-${width}.png` });
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 1440, height: 900 });
}

const tab = (page, name) =>
  page.getByRole("navigation", { name: "Pages of the officers" }).getByRole("link", { name });
const dialog = (page, name) => page.getByRole("dialog", { name });
const panel = (page, name) => page.getByRole("region", { name });

async function because(page, name, reason, confirm) {
  await dialog(page, name).getByRole("textbox", { name: "Reason" }).fill(reason);
  await dialog(page, name).getByRole("button", { name: confirm, exact: true }).click();
  await dialog(page, name).waitFor({ state: "detached" });
}

/** What a program does with the API: the browser's client does not even offer it. */
async function api(token, method, path, body) {
  const headers = {
    "Content-Type": "application/json",
    ...(token ? { Authorization: `Bearer ${token}` } : {}),
  };
  return fetch(`${base}/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
}

async function signedIn(login) {
  const answer = await api(null, "POST", "/session", { login, password: "chancery" });
  return (await answer.json()).session;
}

const officer = await arrive("officer");

const channel = await step("somebody writes in the channel of their unit what must not get out", async () => {
  await officer.getByRole("region", { name: "My unit" }).getByRole("link").first().click();
  await officer.locator(".composer").waitFor();
  await say(officer, SECRET);
  await waitForMessage(officer, SECRET);
  return officer.locator(".page-head h1").innerText();
});

await step("somebody is refused again and again", async () => {
  const [outsider, target] = [await signedIn("officer"), await signedIn("minister")];
  for (let attempts = 0; attempts < 3; attempts += 1) {
    const body = { kind: "direct", person_ids: [target.person.id] };
    const answer = await api(outsider.access_token, "POST", "/conversations", body);
    if (answer.status !== 403) fail(`writing to the minister was answered ${answer.status}`);
  }
});

const compliance = await arrive("compliance");

await step("a compliance officer finds the page, and what it teaches", async () => {
  await compliance.getByRole("link", { name: "Compliance" }).click();
  await compliance.getByText("Who could read this, and why?").waitFor();
  await look(compliance, "access-empty");
});

await step("who could read the channel, by which rule, and who did", async () => {
  const field = compliance.getByRole("combobox", { name: "Which channel" });
  await field.fill(channel);
  await compliance.getByRole("option").filter({ hasText: channel }).first().waitFor();
  await field.press("Enter");
  const could = panel(compliance, "Who could read and write");
  await could.locator(".access > li").first().waitFor();
  await could.getByText("reads", { exact: true }).first().waitFor();
  await could
    .locator(".access-rule")
    .first()
    .getByText(/\w+ \w+/)
    .waitFor();
  await could.getByRole("link", { name: /policy version \d+/ }).waitFor();
  await panel(compliance, "Who did")
    .getByText(/wrote message \d+/)
    .first()
    .waitFor();
  if ((await compliance.getByText(SECRET).count()) > 0) fail("what was said is shown without a case");
  await panel(compliance, "What changed").locator(".causes > li, .empty").first().waitFor();
  await look(compliance, "access");
});

await step("the moment is moved by keyboard, and the question stays in the address", async () => {
  await compliance.getByRole("slider").focus();
  await compliance.keyboard.press("ArrowLeft");
  await compliance.waitForURL(/at=/);
  await compliance.getByRole("button", { name: "Now", exact: true }).click();
  await compliance.waitForURL((url) => !url.search.includes("at="));
  await panel(compliance, "Who could read and write").locator(".access > li").first().waitFor();
});

await step("the organisation as it was: from the agencies down, and what is different today", async () => {
  const asked = compliance.url();
  await tab(compliance, "The organisation").click();
  const tree = panel(compliance, "The organisation");
  await tree.getByRole("heading", { name: "Agencies" }).waitFor();
  await tree.locator(".past-units a").first().click();
  await tree
    .getByText(/led by/)
    .first()
    .waitFor();
  await tree.getByRole("region", { name: "Units below" }).getByRole("link").first().click();
  await tree.getByRole("region", { name: "People" }).getByRole("link").first().waitFor();
  await look(compliance, "tree");
  const unit = compliance.url();
  await compliance.goto(`${unit}&at=${encodeURIComponent(new Date().toISOString())}`);
  await compliance.getByRole("checkbox", { name: "Show what is different today" }).check();
  await compliance.waitForURL(/compare=today/);
  await compliance.locator('.past-tree[aria-busy="true"]').waitFor({ state: "detached" });
  await tree.getByRole("region", { name: "People" }).locator("li").first().waitFor();
  await look(compliance, "tree-compared");
  await compliance.goto(unit);
  await tree.getByRole("region", { name: "People" }).getByRole("link").first().click();
  await compliance.getByRole("heading", { name: "Where they could read and write" }).waitFor();
  await compliance.goto(asked);
  await panel(compliance, "Who could read and write").locator(".access > li").first().waitFor();
});

await step("from somebody in it to everything that they could reach", async () => {
  await panel(compliance, "Who could read and write").locator(".access-name").first().click();
  await panel(compliance, "Where they could read and write")
    .or(panel(compliance, "Who could read and write"))
    .getByText(channel)
    .first()
    .waitFor();
  await look(compliance, "access-person");
  await compliance.goBack();
});

await step("a draft of a case is written from there", async () => {
  await panel(compliance, "Who could read and write").getByText(channel).first().waitFor();
  await compliance.getByRole("button", { name: "Open a case about this" }).click();
  const form = dialog(compliance, "New case");
  await form.getByLabel("Number").fill(NUMBER);
  await form.getByLabel("Reason").fill("A list of suppliers got out");
  await form.getByLabel("Legal basis").fill("Order 12 of the minister");
  await form.getByText(channel).waitFor();
  await look(compliance, "case-new");
  await form.getByRole("button", { name: "Keep as a draft" }).click();
  await compliance.getByRole("heading", { name: `Case ${NUMBER}` }).waitFor();
  await compliance.getByTestId("standing").getByText("draft").waitFor();
  await compliance.getByText("Nothing can be read: first a second officer must be asked.").waitFor();
  await look(compliance, "case-draft");
  await compliance.getByRole("button", { name: "Ask the second officer" }).click();
  await compliance.getByTestId("standing").getByText("waits for the second officer").waitFor();
  if ((await compliance.getByRole("button", { name: "Approve" }).count()) > 0)
    fail("one may approve one's own");
});

const second = await arrive("compliance2");

await step("the second officer sees that it waits, and approves it", async () => {
  await second.goto("/compliance/cases");
  await second
    .getByRole("link", { name: new RegExp(NUMBER) })
    .getByText("Waits for your decision")
    .waitFor();
  await look(second, "cases");
  await second.getByRole("link", { name: new RegExp(NUMBER) }).click();
  await second.getByRole("button", { name: "Approve" }).click();
  await because(second, `Approve case ${NUMBER}?`, "The reason is sound", "Approve");
  await second.getByTestId("standing").getByText("in force").waitFor();
  if ((await second.getByRole("searchbox", { name: "Words" }).count()) > 0)
    fail("whoever approves may search");
});

await step("whoever opened it searches in any form of the words, and reads around", async () => {
  await compliance.getByTestId("standing").getByText("in force").waitFor();
  const search = panel(compliance, "Search");
  await search.getByRole("searchbox", { name: "Words" }).fill("поставщиками");
  await search.getByRole("searchbox", { name: "Words" }).press("Enter");
  await search.getByText(SECRET).first().waitFor();
  await search.getByText(/^\d+ messages? found/).waitFor();
  await look(compliance, "case-search");
  await compliance
    .getByRole("link", { name: /Read what stands around it/ })
    .first()
    .click();
  await compliance.locator("[data-near] .case-message").getByText(SECRET).waitFor();
  await look(compliance, "case-reading");
  await compliance.getByRole("link", { name: `← Case ${NUMBER}` }).click();
});

await step("the conversations of the case, and a hold on all of it", async () => {
  await compliance.getByRole("radio", { name: "Conversations" }).check();
  await panel(compliance, "Conversations").getByRole("link").filter({ hasText: channel }).waitFor();
  await compliance.getByRole("button", { name: "Place a hold" }).click();
  const form = dialog(compliance, "Place a hold");
  await form.getByLabel("Reason").fill("The prosecutor may ask for it");
  await form.getByRole("button", { name: "Place a hold" }).click();
  await form.waitFor({ state: "detached" });
  await compliance.getByRole("radio", { name: "Holds" }).check();
  await panel(compliance, "Holds").getByText("The prosecutor may ask for it").waitFor();
  await look(compliance, "case-holds");
});

await step("a signed archive of the case is made, watched and downloaded", async () => {
  await compliance.getByRole("radio", { name: "Export" }).check();
  const exports = panel(compliance, "Export");
  await exports.getByText("Nothing was taken out of this case").waitFor();
  await exports.getByLabel("mails (EML), one for each message, for a mail client").check();
  await exports.getByRole("button", { name: "Make an export" }).click();
  await exports.getByTestId("export-stage").filter({ hasText: "Ready" }).waitFor({ timeout: 30_000 });
  const [download] = await Promise.all([
    compliance.waitForEvent("download"),
    exports.getByRole("button", { name: "Download" }).click(),
  ]);
  const file = await download.path();
  const unpacked = `${file}-unpacked`;
  execFileSync("python3", ["-m", "zipfile", "-e", file, unpacked]);
  execFileSync("sha256sum", ["-c", "--quiet", "SHA256SUMS"], { cwd: unpacked });
  if (!/^case-.*\.zip$/.test(download.suggestedFilename()))
    fail(`a file called ${download.suggestedFilename()}`);
  await look(compliance, "case-export");
});

await step("a longer scope is asked for, and refused with a reason", async () => {
  await compliance.getByRole("button", { name: "Ask for another scope" }).click();
  const form = dialog(compliance, "Ask for another scope");
  await form.getByLabel("Reason").fill("It began earlier");
  await form.getByRole("button", { name: "Ask the second officer" }).click();
  await compliance.getByRole("heading", { name: "Another scope waits for a decision" }).waitFor();
  await second.getByRole("heading", { name: "Another scope waits for a decision" }).waitFor();
  await second.getByRole("button", { name: "Reject" }).click();
  await because(second, "Reject this scope?", "The same scope", "Reject");
  await second.getByText("1 other scope, earlier or refused").waitFor();
});

await step("why: a decision of the past in one sentence, and repeated attempts together", async () => {
  await tab(compliance, "Why").click();
  const attempts = panel(compliance, "What was refused, and why");
  await attempts
    .getByText(/\d+ attempts/)
    .first()
    .waitFor();
  const found = compliance.locator(".choices [role=option]").first();
  const person = compliance.getByRole("combobox", { name: "Who", exact: true });
  await person.fill("минист");
  await found.click();
  const other = compliance.getByRole("combobox", { name: "To whom" });
  await other.fill("комплаенс");
  await found.click();
  await compliance.getByRole("button", { name: "Ask", exact: true }).click();
  await compliance.getByText(/^(Yes|No): on .+ could/).waitFor();
  await look(compliance, "decisions");
});

await step("the record is checked with one button, and the result needs no explanation", async () => {
  await tab(compliance, "The record").click();
  await compliance.getByRole("button", { name: "Check the record" }).click();
  const result = compliance.getByTestId("check-result");
  await result.getByText("Nothing was changed.").waitFor({ timeout: 90_000 });
  await result.getByText(/[\d,]+ messages?, and [\d,]+ rows? were compared with what was signed/).waitFor();
  await look(compliance, "record");
  const entries = panel(compliance, "Everything that happened");
  await entries.getByText(`opened case ${NUMBER} as a draft`).waitFor();
  await entries.getByLabel("What about").selectOption({ label: "what was refused" });
  await entries
    .locator(".entry-said")
    .getByText(/was refused/)
    .first()
    .waitFor();
});

await step("an entry is opened, and proved", async () => {
  const entries = panel(compliance, "Everything that happened");
  await entries.getByLabel("What about").selectOption({ label: "signing in and out" });
  const oldest = entries
    .locator(".entry-said")
    .getByText(/signed in from/)
    .last();
  await oldest.click();
  await entries.getByRole("button", { name: "Prove this entry" }).click();
  await entries.getByText(/It is leaf [\d,]+ of the/).waitFor();
  await entries.getByRole("button", { name: "Copy the proof" }).click();
  await entries.getByText("Copied").waitFor();
  const copied = JSON.parse(await compliance.evaluate(() => navigator.clipboard.readText()));
  if (!copied.proof || !copied.checkpoint.note) fail("the proof is not whole");
});

await step("the security office reviews who looked, and what the retention would erase", async () => {
  const security = await arrive("security");
  await security.getByRole("link", { name: "Compliance" }).click();
  if ((await tab(security, "Who could").count()) > 0) fail("the security office is shown the past");
  await tab(security, "Cases").click();
  await security.getByRole("link", { name: new RegExp(NUMBER) }).click();
  await security.getByRole("radio", { name: "Who looked" }).check();
  await security.getByRole("button", { name: "Review the looks" }).click();
  await security.getByText("поставщиками").waitFor();
  await look(security, "case-looks");
  await tab(security, "Holds").click();
  await security.getByText("The prosecutor may ask for it").first().waitFor();
  await security.getByRole("button", { name: "Show what would go" }).click();
  await security.getByText(/would go now|No rule is configured/).waitFor();
  await look(security, "holds");
  await security.context().close();
  open.delete("security");
});

await step("the case is closed, and nothing of it is read any more", async () => {
  await tab(compliance, "Cases").click();
  await compliance.getByRole("link", { name: new RegExp(NUMBER) }).click();
  await compliance.getByRole("button", { name: "Close the case" }).click();
  await because(compliance, `Close case ${NUMBER}?`, "Found", "Close the case");
  await compliance.getByTestId("standing").getByText("closed").waitFor();
  if ((await compliance.getByRole("searchbox", { name: "Words" }).count()) > 0)
    fail("a closed case is searched");
});

await step("in Russian", async () => {
  await compliance.goto("/settings");
  await compliance.getByRole("radio", { name: "Русский" }).check();
  await compliance.goto("/compliance/record");
  await compliance.getByText("Ничего не изменено.").waitFor();
  await compliance.getByText(`открыт черновик дела ${NUMBER}`).waitFor();
  await look(compliance, "ru-record");
  await compliance.goto("/compliance/cases");
  await compliance.getByRole("link", { name: new RegExp(NUMBER) }).waitFor();
  await look(compliance, "ru-cases");
});

await step("others have no such page", async () => {
  if ((await officer.getByRole("link", { name: "Compliance" }).count()) > 0) fail("the link is shown");
  await officer.goto("/compliance/record");
  await officer.getByText("Not for your duty").waitFor();
});

await step("nothing went wrong on the page", () => {
  if (complaints.length > 0) fail(complaints.join("\n"));
});
await browser.close();
