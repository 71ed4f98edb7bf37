/**
 * An exception in a real browser: refused, asked for in place, granted by the superior, used, revoked, refused the second
 * time; and a block by the security office. Against a running server with the sample ministry.
 *
 * Environment: BASE_URL, CHROMIUM (/usr/bin/chromium), SCREENSHOTS (a folder, optional).
 * Ends at the first failure, with the step that failed and why.
 */
import { check } from "./accessibility.mjs";
import { browser, folder, openPage } from "./browser.mjs";
import { composer, fail, grown, openByName, say, signIn, waitForMessage } from "./page.mjs";

const pages = new Map();
const complaints = [];

async function step(name, work) {
  try {
    const result = await work();
    console.log(`ok   ${name}`);
    return result;
  } catch (error) {
    console.error(`FAIL ${name}\n     ${error.message}`);
    for (const [login, page] of pages) {
      if (folder) await page.screenshot({ path: `${folder}/failed-${login}.png` }).catch(() => {});
    }
    await browser.close();
    process.exit(1);
  }
}

async function arrive(login, locale = "en-GB") {
  const page = await openPage({ locale }, complaints);
  pages.set(login, page);
  if (locale === "en-GB") await signIn(page, login);
  return page;
}

/** What every page must be, in light and dark, on a desk and on a phone. */
async function look(page, place) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const [width, height] of [
      [1440, 900],
      [390, 844],
    ]) {
      await page.setViewportSize({ width, height });
      await check(page, `${place}, ${colorScheme}, ${width}`);
      if ((await grown(page)) > 0) fail(`${place} is ${await grown(page)} px wider than ${width}`);
      if (folder) await page.screenshot({ path: `${folder}/${place}-${colorScheme}-${width}.png` });
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 });
}

const nameOf = async (page) =>
  (await page.locator(".me-button").getAttribute("aria-label")).replace(/^Menu of /, "");
const dialog = (page, name) => page.getByRole("dialog", { name });
const tab = (page, name) =>
  page.getByRole("navigation", { name: "Lists of exceptions" }).getByRole("link", { name, exact: true });

const officer = await arrive("officer");
const head = await arrive("head");
const security = await arrive("security");
const minister = await arrive("minister");
const peer = await arrive("peer");
const name = {
  officer: await nameOf(officer),
  head: await nameOf(head),
  minister: await nameOf(minister),
  peer: await nameOf(peer),
};

const denial = officer.getByRole("note", { name: "Not allowed" });

async function ask(reason) {
  await officer.getByRole("button", { name: /^Ask (for an exception|again)$/ }).click();
  await dialog(officer, "Ask for an exception").getByRole("textbox", { name: "Reason" }).fill(reason);
  await dialog(officer, "Ask for an exception").getByRole("button", { name: "Ask", exact: true }).click();
  await dialog(officer, "Ask for an exception").waitFor({ state: "detached" });
  await denial.getByText(`Waiting for ${name.head}.`).waitFor();
}

await step("the officer is refused, and offered to ask", async () => {
  await openByName(officer, name.minister);
  await denial.getByRole("button", { name: "Ask for an exception" }).waitFor();
  if (await composer(officer).isEditable()) fail("one can write");
  await look(officer, "refused");
});

await step("asks by keyboard alone, and sees who decides", async () => {
  const button = denial.getByRole("button", { name: "Ask for an exception" });
  await button.focus();
  await officer.keyboard.press("Enter");
  const asking = dialog(officer, "Ask for an exception");
  await asking.getByText("Your superior decides").waitFor();
  if (await asking.getByRole("button", { name: "Ask", exact: true }).isEnabled())
    fail("one can ask without a reason");
  await look(officer, "ask");
  await officer.keyboard.press("Escape");
  await asking.waitFor({ state: "detached" });
  await button.press("Enter");
  await officer.keyboard.type("The river rises; the minister wants figures every hour.");
  await officer.keyboard.press("Tab");
  await officer.keyboard.press("Tab");
  await officer.keyboard.press("Tab");
  await officer.keyboard.press("Enter");
  await asking.waitFor({ state: "detached" });
  await denial.getByText(`Waiting for ${name.head}.`).waitFor();
  await look(officer, "asked");
});

await step("the card of the minister says the same", async () => {
  await officer.getByRole("button", { name: "Profile" }).click();
  const card = dialog(officer, "Profile");
  await card.getByText(`Waiting for ${name.head}.`).waitFor();
  await look(officer, "card");
  await officer.keyboard.press("Escape");
  await card.waitFor({ state: "detached" });
});

await step("the superior sees it at once, and what was asked", async () => {
  const link = head.getByRole("link", { name: /^Exceptions/ });
  await link.first().locator(".badge").waitFor();
  await look(head, "home");
  await head
    .getByRole("link", { name: /1 request waits for your decision/ })
    .last()
    .click();
  await head.getByText("The river rises; the minister wants figures every hour.").waitFor();
  await look(head, "to-decide");
});

await step("grants it with a last day and a reason", async () => {
  await head.getByRole("button", { name: "Grant", exact: true }).click();
  const granting = dialog(head, "Grant the contact");
  if (await granting.getByRole("button", { name: "Grant", exact: true }).isEnabled())
    fail("one can grant without a reason");
  await look(head, "grant");
  await granting.getByRole("textbox", { name: "Reason" }).fill("While the water is high.");
  await granting.getByRole("button", { name: "Grant", exact: true }).click();
  await granting.waitFor({ state: "detached" });
  await head.getByText("Nothing waits for you").waitFor();
  await look(head, "nothing-to-decide");
});

await step("the officer's place to write opens by itself", async () => {
  await officer.getByText(`${name.head} granted this contact until`).waitFor();
  await composer(officer).and(officer.locator(":not([readonly])")).waitFor();
  await look(officer, "granted");
  await say(officer, "Two metres and ten at noon.");
  await waitForMessage(officer, "Two metres and ten at noon.");
});

await step("the officer finds it among what was granted", async () => {
  await officer.getByRole("link", { name: "Exceptions" }).first().click();
  await officer.getByText("While the water is high.").first().waitFor();
  await officer.getByRole("button", { name: "Give up" }).waitFor();
  await look(officer, "mine");
  await officer.goBack();
  await composer(officer).waitFor();
});

await step("the superior revokes it, and the place to write closes by itself", async () => {
  await tab(head, "Granted").click();
  await head.getByText(name.minister).first().waitFor();
  await look(head, "office");
  await head.getByRole("button", { name: "Revoke" }).click();
  const revoking = dialog(head, "Revoke this exception");
  await revoking.getByRole("textbox", { name: "Reason" }).fill("The water falls.");
  await revoking.getByRole("button", { name: "Revoke", exact: true }).click();
  await revoking.waitFor({ state: "detached" });
  await denial.getByText("ended the exception: The water falls.").waitFor();
  if (await composer(officer).isEditable()) fail("one can still write");
  await look(officer, "revoked");
});

await step("a refusal is shown with its reason", async () => {
  await ask("Once more, please.");
  await tab(head, "To decide").click();
  await head.getByRole("button", { name: "Refuse" }).click();
  const refusing = dialog(head, "Refuse the request");
  await refusing.getByRole("textbox", { name: "Reason" }).fill("Report to me.");
  await refusing.getByRole("button", { name: "Refuse", exact: true }).click();
  await refusing.waitFor({ state: "detached" });
  await denial.getByText(`${name.head} refused the exception: Report to me.`).waitFor();
  await look(officer, "refused-with-reason");
});

await step("the security office blocks, and both are told only that contact is restricted", async () => {
  await openByName(officer, name.peer);
  await composer(officer).and(officer.locator(":not([readonly])")).waitFor();
  await security
    .getByRole("link", { name: /^Exceptions/ })
    .first()
    .click();
  await tab(security, "All").click();
  await look(security, "all-empty");
  await security.getByRole("radio", { name: "Ended" }).check();
  await security.getByText("While the water is high.").waitFor();
  await look(security, "all-ended");
  await security.getByRole("button", { name: "Block contact" }).click();
  const blocking = dialog(security, "Block contact between two people");
  for (const one of [name.officer, name.peer]) {
    await blocking.getByRole("combobox", { name: "Between whom" }).fill(one);
    await security.getByRole("option").filter({ hasText: one }).first().click();
  }
  await blocking.getByLabel("Last day").fill(await blocking.getByLabel("First day").inputValue());
  await blocking.getByRole("textbox", { name: "Reason" }).fill("An inquiry.");
  await look(security, "block");
  await blocking.getByRole("button", { name: "Block contact" }).click();
  await blocking.waitFor({ state: "detached" });
  await officer.getByText("Contact with this person is restricted.").first().waitFor();
  if ((await officer.getByRole("button", { name: "Ask for an exception" }).count()) > 0)
    fail("an exception to a block is offered");
  await security.getByRole("radio", { name: "In force" }).check();
  await security.getByText("An inquiry.").waitFor();
  await look(security, "all");
});

await step("in Russian it is in Russian", async () => {
  const page = await arrive("head-ru", "ru-RU");
  page.setDefaultTimeout(15_000);
  await page.goto("/");
  await page.fill("input[name=login]", "officer");
  await page.fill("input[name=password]", "chancery");
  await page.getByRole("button", { name: "Войти" }).click();
  await page.locator(".me-button").waitFor();
  await page.getByRole("link", { name: "Исключения" }).first().click();
  await page.getByRole("heading", { name: "Мои просьбы" }).waitFor();
  await page.getByText("отказано", { exact: true }).waitFor();
  await look(page, "russian");
});

if (complaints.length > 0) {
  console.error(`FAIL the pages complain:\n${complaints.join("\n")}`);
  await browser.close();
  process.exit(1);
}
await browser.close();
