/**
 * What personnel do on the pages about the directory, in a real browser against a server whose database says that a plan
 * waits: see how the directory is, decide with a reason, stop and release, search the quarantine, ask for a preview.
 *
 * Environment: BASE_URL, PEER_DN and OFFICER_DN (entries of two people of the agency), CHROMIUM (/usr/bin/chromium), SCREENSHOTS (a folder, optional).
 * Ends at the first failure, with the step that failed and why.
 */
import { check } from "./accessibility.mjs";
import { base, browser, folder, openPage } from "./browser.mjs";
import { fail, grown, signIn } from "./page.mjs";

const complaints = [];
const page = await openPage({}, complaints);

async function step(name, work) {
  try {
    await work();
    console.log(`ok   ${name}`);
  } catch (error) {
    console.error(`FAIL ${name}\n     ${error.message}`);
    if (folder) await page.screenshot({ path: `${folder}/failed.png` }).catch(() => {});
    await browser.close();
    process.exit(1);
  }
}

/** What every page must be, in light and dark, on a desk and on a phone. */
async function look(place) {
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

const tab = (name) =>
  page.getByRole("navigation", { name: "Pages about the directory" }).getByRole("link", { name });
const dialog = (name) => page.getByRole("dialog", { name });

/** Two of the agency whom personnel may appoint, by the names of their entries. */
const named = (dn) => /^cn=([^,]+)/i.exec(dn ?? "")?.[1] ?? fail("the entry has no name");
const person = { who: named(process.env.PEER_DN), forWhom: named(process.env.OFFICER_DN) };

async function because(name, reason, confirm) {
  await dialog(name).getByRole("textbox", { name: "Reason" }).fill(reason);
  await dialog(name).getByRole("button", { name: confirm, exact: true }).click();
  await dialog(name).waitFor({ state: "detached" });
}

await step("personnel find the page, and how the directory is in words", async () => {
  await signIn(page, "hr");
  await page.getByRole("link", { name: "Directory" }).click();
  await page.getByText("Waits for your decision").waitFor();
  await page.getByText(/A change is in force after 0\.\d+ s \(median\), 0\.\d+ s \(99 of 100\)\./).waitFor();
  if ((await page.locator("article.source").count()) !== 1) fail("another agency's directory is shown");
  await look("state");
});

await step("the plan says what it would do, and the approval repeats it and needs a reason", async () => {
  await page.getByRole("link", { name: "Look at the changes and decide" }).click();
  await page.getByRole("heading", { name: /42 changes/ }).waitFor();
  await page.getByText("A unit loses more people than may go at once.").waitFor();
  await page.getByText("Not computed.").waitFor();
  await page.getByRole("searchbox", { name: "Name, unit or entry" }).fill("архив 42");
  await page.getByText("Сотрудник 42").waitFor();
  if ((await page.locator(".changes li").count()) !== 1) fail("the search finds too much");
  await page.getByRole("searchbox", { name: "Name, unit or entry" }).fill("");
  await look("plan");
  await page.getByRole("button", { name: "Approve" }).click();
  await dialog("Approve these changes?").getByText("40 people are gone").waitFor();
  if (await dialog("Approve these changes?").getByRole("button", { name: "Approve" }).isEnabled())
    fail("one can approve without a reason");
  await look("approve");
  await page.keyboard.press("Escape");
  await dialog("Approve these changes?").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Approve" }).click();
  await because("Approve these changes?", "Order 14", "Approve");
  await page.getByText("Decided by").waitFor();
  if ((await page.getByRole("button", { name: "Reject" }).count()) > 0) fail("one can still reject");
});

await step("the source is stopped and released", async () => {
  await tab("State").click();
  await page.getByRole("button", { name: "Stop writing" }).click();
  await because(/^Stop /, "The filter is being changed", "Stop writing");
  await page.getByText("Stopped by a person").waitFor();
  await page.getByText("«The filter is being changed»").waitFor();
  await page.getByRole("button", { name: "Release" }).click();
  await because(/^Release /, "The filter is right", "Release");
  await page.getByText("Stopped by a person").waitFor({ state: "detached" });
});

await step("a preview takes an LDIF and nothing else, and waits for the sync", async () => {
  await tab("Preview").click();
  const file = (name, text) => ({ name, mimeType: "text/plain", buffer: Buffer.from(text, "utf8") });
  const field = page.getByLabel("LDIF of the planned change");
  await field.setInputFiles(file("people.csv", "name;unit"));
  await page.getByRole("button", { name: "Show what the file would change" }).click();
  await page.getByRole("alert").getByText("This is no LDIF").waitFor();
  await field.setInputFiles(file("plan.ldif", "dn: uid=a,dc=gov\nchangetype: delete\n"));
  await page.getByRole("button", { name: "Show what the file would change" }).click();
  await page.getByText("Waiting for the sync to begin.").waitFor();
  await look("preview");
});

await step("a run shows its changes and is taken back with a reason", async () => {
  await tab("Runs").click();
  await page.locator(".run-row").first().waitFor();
  await look("runs");
  await page.locator(".run-row").filter({ hasText: "1 person changed" }).first().click();
  await page.locator("ins", { hasText: "Главный специалист" }).waitFor();
  await look("run");
  await page.getByRole("button", { name: "Take back" }).click();
  await because("Take back this run?", "A mistake of ours", "Take back");
  await page.getByRole("button", { name: "Take back" }).waitFor({ state: "detached" });
});

await step("the quarantine says what to correct, and why somebody is or is not in the system", async () => {
  await tab("Quarantine").click();
  await page.getByText("There is no login. Fill it in.").first().waitFor();
  await look("quarantine");
  const search = page.getByRole("searchbox", { name: "Name, login, entry (DN) or id" });
  await search.fill("newcomer2");
  await page.getByText("Not in the system, or not whole").waitFor();
  await search.fill("peer");
  await page.getByText("In the system from the directory").first().waitFor();
  await look("history");
  await search.fill("nobody-at-all");
  await page.getByText("Nobody is known by that").waitFor();
});

await step("somebody is appointed by an order, found in the list and ended", async () => {
  await tab("Appointments").click();
  await page.getByText("No appointment is in force").waitFor();
  await page.getByRole("button", { name: "Appoint" }).click();
  const form = dialog("Appoint somebody");
  const choose = async (label, typed) => {
    const group = form.getByRole("group", { name: label, exact: true });
    await group.getByRole("combobox").or(group.getByRole("textbox")).first().fill(typed);
    await group.getByRole("option").first().click();
  };
  if (await form.getByRole("button", { name: "Appoint" }).isEnabled()) fail("one can appoint nobody");
  await form.getByLabel("Kind").selectOption({ label: "Deputy during a leave" });
  await choose("Who", person.who);
  await choose("For whom", person.forWhom);
  const soon = new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10);
  await form.getByLabel("Last day").fill(soon);
  await form.getByLabel("Number of the order, if there is one").fill("17-к");
  await form.getByRole("textbox", { name: "Reason" }).fill("Leave in November");
  await look("appoint");
  await form.getByRole("button", { name: "Appoint" }).click();
  await form.waitFor({ state: "detached" });
  await page.getByText("stands in during the leave of").waitFor();
  await page.getByText("order no. 17-к").waitFor();
  await look("appointments");
  await page.getByRole("button", { name: "Appoint" }).click();
  await form.getByLabel("Kind").selectOption({ label: "Further post" });
  await choose("Who", person.who);
  await form.getByLabel("Agency").selectOption({ index: 1 });
  await form.getByLabel("Unit below").first().waitFor();
  await form.getByLabel("Rank").locator("option").nth(1).waitFor({ state: "attached" });
  await look("appoint-post");
  await page.keyboard.press("Escape");
  await form.waitFor({ state: "detached" });
  await page.getByRole("button", { name: "End", exact: true }).click();
  await because("End this appointment now?", "Back from leave", "End");
  await page.getByText("No appointment is in force").waitFor();
  await page.getByRole("radio", { name: "Over" }).check();
  await page.getByText("Back from leave").waitFor();
});

await step("in Russian", async () => {
  await page.goto("/settings");
  await page.getByRole("radio", { name: "Русский" }).check();
  await page.goto("/directory");
  await page.getByRole("heading", { name: "Справочник" }).waitFor();
  await page.getByText(/Изменение вступает в силу через/).waitFor();
  await look("ru-state");
});

await step("an administrator sees every directory, and which one is broken", async () => {
  const other = await browser.newContext({ baseURL: base, locale: "en-GB" });
  const admin = await other.newPage();
  await signIn(admin, "admin");
  await admin.goto("/directory");
  await admin.getByText("Does not work").waitFor();
  await admin.getByText("Check the network and the address.").waitFor();
  if (folder) await admin.screenshot({ path: `${folder}/admin.png`, fullPage: true });
  await other.close();
});

await step("others have no such page", async () => {
  const other = await browser.newContext({ baseURL: base, locale: "en-GB" });
  const officer = await other.newPage();
  await signIn(officer, "officer");
  if ((await officer.getByRole("link", { name: "Directory" }).count()) > 0) fail("the link is shown");
  await officer.goto("/directory");
  await officer.getByText("Not for your duty").waitFor();
  await other.close();
});

await step("nothing went wrong on the page", () => {
  if (complaints.length > 0) fail(complaints.join("\n"));
});
await browser.close();
