/**
 * Moving about and being told, in a real browser: the keys go where their sheet says, the tab shows what is unread, notices are
 * made as far as they are wanted and say nothing of what is under a label, and what was chosen is still there after a reload.
 *
 * Environment: as for main-job.mjs; no directory is needed.
 */

import {
  comeBack,
  icon,
  inHighContrast,
  leave,
  made,
  path,
  patience,
  stubNotices,
  title,
} from "./moving-page.mjs";
import { composer, openByName, say, sidebarRow, waitForMessage } from "./page.mjs";
import { ensure, stage } from "./stage.mjs";

const { arrive, step, shot, everyWay, end } = stage("moving", {
  prepare: (page) => page.addInitScript(stubNotices),
  lights: inHighContrast,
});

/** Closes what lies over the page. */
async function closeIt(page) {
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
}

const officer = await step("an officer signs in, and is asked nothing", async () => {
  const page = await arrive("officer");
  await patience(page);
  ensure((await page.evaluate(() => globalThis.notices.asked)) === undefined, "the browser asked at once");
  return page;
});
const peer = await step("and a colleague", () => arrive("peer"));
const nameOf = async (page) =>
  (await page.locator(".me-button").getAttribute("aria-label")).replace(/^Menu of /, "");
const name = { officer: await nameOf(officer), peer: await nameOf(peer) };

await step("they write to each other, and to their unit", async () => {
  await openByName(officer, name.peer);
  await say(officer, "Good day");
  await waitForMessage(officer, "Good day");
  await officer.getByRole("region", { name: "My unit" }).getByRole("link").first().click();
  await composer(officer).waitFor();
  await say(officer, "The register is open");
  await waitForMessage(officer, "The register is open");
});

await step("Alt and an arrow go from one conversation to the next, also from the field", async () => {
  const unit = path(officer);
  await composer(officer).focus();
  await officer.keyboard.press("Alt+ArrowDown");
  await officer.waitForURL((url) => url.pathname !== unit);
  await officer.keyboard.press("Alt+ArrowUp");
  await officer.waitForURL((url) => url.pathname === unit);
});

await step("back is where one was, and the focus is in the page", async () => {
  const unit = path(officer);
  await officer.getByRole("link", { name: "People", exact: true }).click();
  await officer.waitForURL(/\/people$/);
  await officer.goBack();
  await officer.waitForURL((url) => url.pathname === unit);
  await officer.waitForFunction(() => document.activeElement?.closest("#main") !== null);
});

await step("the sheet opens by both keys, and closes", async () => {
  await composer(officer).fill("");
  await composer(officer).press("Shift+?");
  ensure((await composer(officer).inputValue()) === "?", "a question mark cannot be written");
  await composer(officer).fill("");
  await officer.keyboard.press("Control+/");
  const sheet = officer.getByRole("dialog", { name: "Keyboard shortcuts" });
  await sheet.waitFor();
  ensure((await sheet.locator("kbd").count()) > 15, "the sheet names the keys");
  await everyWay(officer, "sheet");
  await officer.keyboard.press("Control+/");
  await sheet.waitFor({ state: "detached" });
  await officer.locator("#main").focus();
  await officer.keyboard.press("Shift+?");
  await sheet.waitFor();
  await closeIt(officer);
});

await step("the keys work on a Russian layout", async () => {
  const press = (keys) =>
    officer.evaluate((init) => {
      const event = new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...init });
      document.body.dispatchEvent(event);
    }, keys);
  await press({ code: "KeyK", key: "л", ctrlKey: true });
  await officer.getByRole("dialog", { name: "Go to" }).waitFor();
  await closeIt(officer);
  await press({ code: "KeyK", key: "Л", ctrlKey: true, shiftKey: true });
  await officer.getByRole("dialog", { name: "New direct message" }).waitFor();
  await closeIt(officer);
});

await step("a new direct message is begun by keyboard", async () => {
  await officer.keyboard.press("Control+Shift+K");
  const dialog = officer.getByRole("dialog", { name: "New direct message" });
  await dialog.getByRole("option").first().waitFor();
  await everyWay(officer, "direct");
  await dialog.getByRole("combobox").fill(name.peer);
  await dialog.getByRole("option").filter({ hasText: name.peer }).first().waitFor();
  await patience(officer);
  await officer.keyboard.press("Enter");
  await officer.locator(".page-head h1", { hasText: name.peer }).waitFor();
});

await step("what is unread is in the title and on the icon", async () => {
  await officer.goto("/");
  await officer.locator(".home").waitFor();
  await title(officer, "Chancery");
  ensure((await icon(officer)) === "/favicon.svg", "the icon is not plain");
  await openByName(peer, name.officer);
  await say(peer, "Is the register ready?");
  await title(officer, "(1) Chancery");
  await officer.locator("#favicon[href^='data:image/png']").waitFor({ state: "attached" });
  await shot(officer, "unread");
});

await step("a key goes to it, and both are as before", async () => {
  await officer.keyboard.press("Alt+Shift+ArrowDown");
  await waitForMessage(officer, "Is the register ready?");
  await title(officer, "Chancery");
  await officer.locator("#favicon[href='/favicon.svg']").waitFor({ state: "attached" });
});

await step("one that comes while nobody looks brings a quiet question", async () => {
  ensure((await officer.locator(".notice-offer").count()) === 0, "it was asked too early");
  await leave(officer);
  await say(peer, "Are you there?");
  const offer = officer.locator(".notice-offer");
  await offer.waitFor();
  await comeBack(officer);
  await everyWay(officer, "offer");
  await offer.getByRole("button", { name: "Tell me" }).click();
  await offer.waitFor({ state: "detached" });
  ensure((await officer.evaluate(() => globalThis.notices.asked)) === 1, "the browser was not asked");
  ensure((await made(officer)).length === 0, "there is a notice without permission");
});

await step("a notice says who wrote and what; none of what is open and in sight", async () => {
  await say(peer, "While you look");
  await waitForMessage(officer, "While you look");
  await patience(officer);
  ensure((await made(officer)).length === 0, "there is a notice of what is in sight");
  await leave(officer);
  await say(peer, "While you look away");
  await officer.waitForFunction(() => globalThis.notices.made.length === 1);
  const [notice] = await made(officer);
  ensure(
    notice.title === name.peer && notice.body === "While you look away",
    `it says ${JSON.stringify(notice)}`,
  );
  await comeBack(officer);
});

await step("a click on it leads there", async () => {
  const conversation = path(officer);
  await officer.goto("/people");
  await officer.locator(".person-list").waitFor();
  await patience(officer);
  await say(peer, "Come here");
  await officer.waitForFunction(() => globalThis.notices.made.length === 1);
  await officer.evaluate(() => globalThis.notices.made[0].onclick());
  await officer.waitForURL((url) => url.pathname === conversation);
  ensure(await officer.evaluate(() => globalThis.notices.made[0].isClosed), "the notice stays");
});

await step("of two tabs one tells, and none where the other one shows it", async () => {
  const second = await officer.context().newPage();
  await second.addInitScript(stubNotices);
  await second.goto("/people");
  await second.evaluate(() => globalThis.Notification.requestPermission());
  await second.locator(".me-button").waitFor();
  await second.waitForTimeout(1500);
  const both = async () => (await made(officer)).length + (await made(second)).length;
  const before = await both();
  await say(peer, "One of you");
  await waitForMessage(officer, "One of you");
  await patience(officer);
  ensure((await both()) === before, "there is a notice of what the other tab shows");
  await leave(officer);
  await say(peer, "Only one of you");
  await patience(officer);
  await patience(officer);
  ensure((await both()) === before + 1, `there are ${(await both()) - before} notices`);
  await second.close();
  await comeBack(officer);
});

await step("of what is under a label a notice says nothing", async () => {
  const security = await arrive("security");
  await openByName(security, "Зимин");
  await composer(security).waitFor();
  const other = await arrive("cleared");
  await other.evaluate(() => globalThis.Notification.requestPermission());
  await patience(other);
  await patience(other);
  await security.getByRole("button", { name: /^Label: / }).click();
  await security.locator(".label-popover .label-levels label", { hasText: "SECRET" }).click();
  await security.keyboard.press("Escape");
  await say(security, "The findings of the audit");
  await waitForMessage(security, "The findings of the audit");
  await other.waitForFunction(() => globalThis.notices.made.length === 1);
  const [notice] = await made(other);
  ensure(notice.title === "Chancery" && notice.body === "New message", `it says ${JSON.stringify(notice)}`);
});

await step("the settings offer a trial, and hide the content", async () => {
  await officer.goto("/settings");
  const section = officer.getByRole("region", { name: "Notices" });
  await section.getByRole("button", { name: "Try it out" }).click();
  await officer.waitForFunction(() => globalThis.notices.made.length === 1);
  await section.getByRole("checkbox", { name: "Hide who wrote and what" }).check();
  await section.getByRole("checkbox", { name: /sound/ }).first().check();
  await patience(officer);
  await say(peer, "Hidden words");
  await officer.waitForFunction(() => globalThis.notices.made.length === 2);
  const [, notice] = await made(officer);
  ensure(notice.title === "Chancery" && notice.body === "New message", `it says ${JSON.stringify(notice)}`);
  await everyWay(officer, "settings");
});

await step("in the quiet hours there is none", async () => {
  const section = officer.getByRole("region", { name: "Notices" });
  await section.getByRole("checkbox", { name: /for a part of the day/ }).check();
  const now = new Date();
  const time = (hours) => `${String((now.getHours() + hours + 24) % 24).padStart(2, "0")}:00`;
  await section.getByLabel("From").fill(time(-2));
  await section.getByLabel("To", { exact: true }).fill(time(2));
  await section.getByLabel("To", { exact: true }).blur();
  await say(peer, "Quiet words");
  await patience(officer);
  await patience(officer);
  ensure((await made(officer)).length === 2, "there is a notice in the quiet hours");
});

await step("what was chosen is still there after a reload", async () => {
  await officer.reload();
  const section = officer.getByRole("region", { name: "Notices" });
  for (const text of ["Hide who wrote and what", /sound with/, /for a part of the day/])
    ensure(await section.getByRole("checkbox", { name: text }).isChecked(), `${text} is forgotten`);
  await section.getByRole("checkbox", { name: /for a part of the day/ }).uncheck();
  await section.getByRole("checkbox", { name: "Hide who wrote and what" }).uncheck();
});

await step("a muted one says nothing, and counts in grey", async () => {
  const row = sidebarRow(officer, name.peer);
  await row.hover();
  await shot(officer, "mute");
  await officer.getByRole("button", { name: `Mute: ${name.peer}` }).click();
  await title(officer, "Chancery");
  await say(peer, "Nobody hears this");
  await row.locator(".badge").waitFor();
  await patience(officer);
  ensure((await made(officer)).length === 0, "a muted one makes a notice");
  ensure((await row.getAttribute("data-unread")) === "false", "a muted one is bold");
  ensure((await officer.title()) === "Chancery", "a muted one counts in the title");
  await officer.goto("/settings");
  await everyWay(officer, "muted");
  const section = officer.getByRole("region", { name: "Notices" });
  await section.getByRole("button", { name: `Unmute: ${name.peer}` }).click();
  await officer.waitForFunction(() => /^\(\d+\) Chancery$/.test(document.title));
});

await step("the sidebar comes down to what is unread, and remembers it", async () => {
  await officer.goto("/");
  const toggle = officer.getByRole("button", { name: "Only unread" });
  await toggle.click();
  await officer.getByRole("region", { name: "My unit" }).waitFor({ state: "detached" });
  await sidebarRow(officer, name.peer).waitFor();
  await everyWay(officer, "only-unread");
  await officer.reload();
  await officer.locator("[aria-label='Only unread'][aria-pressed=true]").waitFor();
});

await step("all is marked as read: one at once, and the list says that it is empty", async () => {
  await officer.keyboard.press("Shift+Escape");
  await officer.getByText("Nothing is unread.").waitFor();
  await title(officer, "Chancery");
  await everyWay(officer, "nothing-unread");
  await officer.getByRole("button", { name: "Show all conversations" }).click();
  await officer.getByRole("region", { name: "My unit" }).waitFor();
});

await step("and several after a question", async () => {
  await say(peer, "And again");
  await peer.getByRole("region", { name: "My unit" }).getByRole("link").first().click();
  await composer(peer).waitFor();
  await say(peer, "To all of the unit");
  await waitForMessage(peer, "To all of the unit");
  await title(officer, "(2) Chancery");
  await officer.keyboard.press("Shift+Escape");
  const dialog = officer.getByRole("dialog", { name: "Mark everything as read?" });
  await dialog.waitFor();
  await everyWay(officer, "read-all");
  await dialog.getByRole("button", { name: "Mark as read" }).click();
  await title(officer, "Chancery");
  await officer.reload();
  await officer.locator(".home").waitFor();
  await patience(officer);
  ensure((await officer.title()) === "Chancery", "the server still counts it as unread");
});

await end();
