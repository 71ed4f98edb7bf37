/**
 * What officers do on the pages about the policy, in a real browser: make keys and confirm them, write a version by choosing, sign it
 * as two people, see what it would mean, put it in force and go back.
 *
 * Environment: BASE_URL, CHROMIUM (/usr/bin/chromium), SCREENSHOTS (a folder, optional).
 * Ends at the first failure, with the step that failed and why.
 */
import { check } from "./accessibility.mjs";
import { browser, folder, openPage } from "./browser.mjs";
import { fail, grown, signIn } from "./page.mjs";

const complaints = [];

async function officer(login) {
  const page = await openPage({}, complaints);
  await signIn(page, login);
  return page;
}

const admin = await officer("admin");
const security = await officer("security");

async function step(name, work) {
  try {
    await work();
    console.log(`ok   ${name}`);
  } catch (error) {
    console.error(`FAIL ${name}\n     ${error.message}`);
    if (folder) {
      await admin.screenshot({ path: `${folder}/failed-admin.png` }).catch(() => {});
      await security.screenshot({ path: `${folder}/failed-security.png` }).catch(() => {});
    }
    await browser.close();
    process.exit(1);
  }
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

const tab = (page, name) =>
  page.getByRole("navigation", { name: "Pages about the policy" }).getByRole("link", { name });
const dialog = (page, name) => page.getByRole("dialog", { name });

async function because(page, name, reason, confirm) {
  await dialog(page, name).getByRole("textbox", { name: "Reason" }).fill(reason);
  await dialog(page, name).getByRole("button", { name: confirm, exact: true }).click();
  await dialog(page, name).waitFor({ state: "detached" });
}

async function makeKey(page) {
  await page.getByRole("link", { name: "Policy" }).click();
  await tab(page, "Keys").click();
  await page.getByLabel("A new key on this device").fill("Office laptop");
  await page.getByRole("button", { name: "Make a key" }).click();
  await page.getByText("waits for another officer to confirm it").first().waitFor();
}

await step("officers find the page: what is in force, on which nodes", async () => {
  await admin.getByRole("link", { name: "Policy" }).click();
  await admin.getByText("Version 1 decides everywhere").waitFor();
  await admin.getByText("All nodes came to the same table.").waitFor();
  await look(admin, "state");
});

await step("each makes a key on their device, and the other confirms it", async () => {
  await makeKey(admin);
  await makeKey(security);
  await security.getByRole("button", { name: "It is theirs" }).click();
  await security
    .getByText(/confirmed by/)
    .first()
    .waitFor();
  await admin.getByRole("button", { name: "It is theirs" }).click();
  await admin
    .getByText(/confirmed by/)
    .nth(1)
    .waitFor();
  await look(admin, "keys");
});

await step("a rule is changed by choosing, and what the golden cases say is answered", async () => {
  await tab(admin, "New version").click();
  await admin.getByLabel("What is it for?").fill("Superiors of other units are reached by way of one's own");
  await admin
    .getByRole("listitem")
    .filter({ hasText: "Same department, at most one rank above you." })
    .getByRole("button", { name: "Change" })
    .click();
  const form = dialog(admin, "Rule A06");
  await form.getByRole("checkbox", { name: "one above" }).uncheck();
  await look(admin, "rule");
  await form.getByRole("button", { name: "Take over" }).click();
  await admin.getByRole("button", { name: "Check and keep as a draft" }).click();
  await admin.getByText(/golden cases? expects? something else/).waitFor({ timeout: 60_000 });
  await look(admin, "findings");
  await admin.getByRole("button", { name: "Expect what is decided now" }).click();
  await admin.getByRole("heading", { name: "Version 2" }).waitFor({ timeout: 60_000 });
  await admin.getByText("Its author signs first.").waitFor();
});

await step("it says what it changes, what it would mean, and shows it as a table", async () => {
  await admin.getByText(/forbidden now, 0 permitted now/).waitFor({ timeout: 60_000 });
  await admin.getByRole("button", { name: "Ask about everybody" }).click();
  await admin.getByText(/pairs? may no longer write to each other/).waitFor({ timeout: 60_000 });
  await admin.getByLabel("Rank of the other one").selectOption({ label: "one above" });
  await admin.getByTitle("was A06").first().click();
  await admin.getByText("No rule lets it pass.").last().waitFor();
  await look(admin, "version");
});

await step("its author signs, and cannot approve it", async () => {
  await admin.getByRole("button", { name: "Sign as its author" }).click();
  await dialog(admin, "Sign version 2").getByText("With the key of this device:").waitFor();
  await look(admin, "sign");
  await dialog(admin, "Sign version 2").getByRole("button", { name: "Sign", exact: true }).click();
  await dialog(admin, "Sign version 2").waitFor({ state: "detached" });
  await admin.getByText("Somebody else has to approve it.").waitFor();
  if ((await admin.getByRole("button", { name: "Approve and sign" }).count()) > 0)
    fail("the author may approve");
});

await step("somebody else approves it, and every node builds it", async () => {
  await tab(security, "Versions").click();
  await look(security, "versions");
  await security.getByRole("link", { name: /Superiors of other units/ }).click();
  await security.getByRole("button", { name: "Approve and sign" }).click();
  await dialog(security, "Sign version 2").getByRole("button", { name: "Sign", exact: true }).click();
  await dialog(security, "Sign version 2").waitFor({ state: "detached" });
  await security.getByText("Two officers signed it.").waitFor();
  await security.getByText("built and proved:").waitFor({ timeout: 60_000 });
});

await step("it is compared in the shadow, then in force everywhere, then gone", async () => {
  await security.getByRole("button", { name: "In the shadow…" }).click();
  await because(security, "Compare version 2 in the shadow", "To see", "Put in force");
  await security.getByText("It decides nothing and is compared").waitFor();
  await security.getByRole("heading", { name: "Counted in the shadow" }).waitFor();
  await security.getByRole("button", { name: "Everywhere…" }).click();
  await because(security, "Put version 2 in force everywhere", "Order 7", "Put in force");
  await security.getByText("Every send is decided by it.").waitFor();
  await tab(security, "In force").click();
  await security.getByText("Version 2 decides everywhere").waitFor();
  await security.getByRole("button", { name: "Go back to the version before" }).click();
  await because(security, "Go back?", "Not so", "Go back to the version before");
  await security.getByText("Version 1 decides everywhere").waitFor();
});

await step("in Russian, and for a compliance officer to look at", async () => {
  const compliance = await officer("compliance");
  await compliance.goto("/settings");
  await compliance.getByRole("radio", { name: "Русский" }).check();
  await compliance.goto("/policy/versions/2");
  await compliance.getByRole("heading", { name: "Версия 2" }).waitFor();
  await compliance.getByText("теперь разрешено 0").waitFor({ timeout: 60_000 });
  if ((await compliance.getByRole("button", { name: "Подписать" }).count()) > 0) fail("compliance may sign");
  await look(compliance, "ru-version");
  await compliance.context().close();
});

await step("others have no such page", async () => {
  const stranger = await officer("officer");
  if ((await stranger.getByRole("link", { name: "Policy" }).count()) > 0) fail("the link is shown");
  await stranger.goto("/policy");
  await stranger.getByText("Not for your duty").waitFor();
  await stranger.context().close();
});

await step("nothing went wrong on the page", () => {
  if (complaints.length > 0) fail(complaints.join("\n"));
});
await browser.close();
