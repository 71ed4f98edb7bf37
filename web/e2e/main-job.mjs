/**
 * The main job in a real browser, against a running server with the sample ministry: sign in, see colleagues, write, be
 * answered, be refused, be written to by the minister, be removed from the directory and be signed out.
 *
 * Environment: BASE_URL, LDAP_URL, LDAP_ADMIN_DN, LDAP_ADMIN_PASSWORD, PEER_DN, SYNC_COMMAND (one run of the sync),
 * CHROMIUM (/usr/bin/chromium), SCREENSHOTS (a folder, optional), LDAPTLS_CACERT (then ldap:// uses StartTLS).
 * Ends at the first failure, with the step that failed and why.
 */
import { check, checkAccessibility } from "./accessibility.mjs";
import { base, browser, folder, openPage } from "./browser.mjs";
import { removeFromDirectory, runSync } from "./directory.mjs";
import { composer, fail, grown, openByName, say, sidebarRow, signIn, waitForMessage } from "./page.mjs";

function required(name) {
  const value = process.env[name];
  if (!value) {
    console.error(`main-job: ${name} is not set`);
    process.exit(2);
  }
  return value;
}

async function step(name, work) {
  const started = Date.now();
  try {
    const result = await work();
    console.log(`ok   ${name} (${Date.now() - started} ms)`);
    return result;
  } catch (error) {
    console.error(`FAIL ${name}\n     ${error.message}`);
    await shot(name.replace(/\W+/g, "-"), true);
    await browser.close();
    process.exit(1);
  }
}

const open = new Map();

/** A browser of its own for `login`, signed in. What the page complains about is a failure. */
async function arrive(login, options = {}) {
  const page = await openPage(options);
  open.set(login, page);
  await signIn(page, login);
  return page;
}

async function shot(name, all = false) {
  if (!folder) return;
  for (const [login, page] of open) {
    if (all || login === name.split("-")[0]) {
      await page.screenshot({ path: `${folder}/${name}${all ? `-${login}` : ""}.png` }).catch(() => {});
    }
  }
}

const officer = await step("the officer signs in", () => arrive("officer"));

await step("a wrong password is refused with a sentence", async () => {
  const context = await browser.newContext({ baseURL: base, locale: "en-GB" });
  const page = await context.newPage();
  await page.goto("/");
  await page.fill("input[name=login]", "officer");
  await page.fill("input[name=password]", "not the password");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").getByText("Wrong login or password.").waitFor();
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await check(page, `sign-in, ${colorScheme}`);
  }
  await context.close();
});

await step("superior, peers and the unit channel are already there", async () => {
  for (const section of ["My unit", "Superiors", "Peers"]) {
    const rows = officer.getByRole("region", { name: section }).getByRole("link");
    await rows.first().waitFor();
    if ((await rows.count()) === 0) fail(`the section ${section} is empty`);
  }
  await shot("officer-home");
});

const peer = await step("the peer signs in", () => arrive("peer"));
const name = { officer: await myName(officer), peer: await myName(peer) };

async function myName(page) {
  const label = await page.locator(".me-button").getAttribute("aria-label");
  return label.replace(/^Menu of /, "");
}

await step("the officer writes to the peer", async () => {
  await openByName(officer, name.peer);
  await say(officer, "Good day! Is the register ready?");
  await waitForMessage(officer, "Good day! Is the register ready?");
  await officer.waitForURL(/\/conversations\//);
});

await step("the peer sees it live, unread, and answers", async () => {
  const row = sidebarRow(peer, name.officer);
  await row.locator(".badge").waitFor();
  await peer.waitForFunction(() => /^\(\d+\) /.test(document.title));
  await row.click();
  await waitForMessage(peer, "Good day! Is the register ready?");
  await peer.getByTestId("unread-line").waitFor();
  await say(peer, "Yes. See https://register.example/2026.");
  await waitForMessage(officer, "See https://register.example/2026.");
  const link = officer.getByRole("link", { name: "https://register.example/2026" });
  if ((await link.getAttribute("rel")) !== "noopener noreferrer")
    fail("the link tells the other site where it was");
  await row.locator(".badge").waitFor({ state: "detached" });
  await shot("officer-conversation");
});

await step("typing is seen on the other side", async () => {
  // Longer than the few seconds in which the server passes on one sign of typing.
  const typing = composer(peer).pressSequentially("And one more thing about the register", { delay: 120 });
  await officer.locator(".typing-line", { hasText: name.peer }).waitFor();
  await typing;
  await composer(peer).fill("");
});

const minister = await step("the minister signs in", () => arrive("minister"));
name.minister = await myName(minister);

await step("the officer finds the minister, and is told beforehand why not and whom instead", async () => {
  await openByName(officer, name.minister);
  await officer.locator(".composer[data-blocked=true]").waitFor();
  await expectDenial(officer);
  for (const colorScheme of ["dark", "light"]) {
    await officer.emulateMedia({ colorScheme });
    await check(officer, `refusal, ${colorScheme}`);
  }
  await shot("officer-blocked");
});

async function expectDenial(page) {
  const denial = page.locator(".denial");
  await denial.waitFor();
  const sentence = await denial.locator(".denial-sentence").innerText();
  if (sentence.trim().length < 15) fail(`the refusal says only "${sentence}"`);
  await denial.getByText(/Rule D\d+, policy version \d+/).waitFor();
  if ((await denial.locator(".denial-people button").count()) === 0)
    fail("the refusal names nobody to write to instead");
  return sentence;
}

const plea = "Minister, I ask to be heard on the register.";

await step("a send from a stale page is refused by the server, and the text is kept", async () => {
  // The page still believes that one may: as if the policy had changed a moment ago.
  await officer.route(/\/api\/v1\/people\/[0-9a-f-]{36}$/, async (route) => {
    const response = await route.fetch();
    const body = await response.json();
    await route.fulfill({
      response,
      json: { person: { ...body.person, can: ["dm.start"], decision: null } },
    });
  });
  await officer.reload();
  await officer.locator(".composer[data-blocked=false]").waitFor();
  await say(officer, plea);
  await expectDenial(officer);
  if ((await composer(officer).inputValue()) !== plea) fail("the text is lost");
  await shot("officer-refused");
  await officer.getByRole("button", { name: "Dismiss" }).click();
  await officer.locator(".denial").waitFor({ state: "detached" });
  if ((await composer(officer).inputValue()) !== plea) fail("the text is lost by dismissing the refusal");
  await officer.unrouteAll({ behavior: "wait" });
  await officer.reload();
  await officer.locator(".composer[data-blocked=true]").waitFor();
  if ((await composer(officer).inputValue()) !== plea) fail("the draft does not survive a reload");
});

await step("an alternative opens a conversation with that person, the text goes along", async () => {
  const way = officer.locator(".denial-people button").first();
  const who = await way.locator("strong").innerText();
  await way.click();
  await officer.locator(".page-head h1", { hasText: who }).waitFor();
  if ((await composer(officer).inputValue()) !== plea) fail("the text did not go along");
  await composer(officer).fill("");
});

await step("the minister writes first", async () => {
  await openByName(minister, name.officer);
  await say(minister, "Tell me about the register.");
  await waitForMessage(minister, "Tell me about the register.");
});

await step("now the officer can answer", async () => {
  const row = sidebarRow(officer, name.minister);
  await row.locator(".badge").waitFor();
  await row.click();
  await waitForMessage(officer, "Tell me about the register.");
  await officer.locator(".composer[data-blocked=false]").waitFor();
  await composer(officer).fill("");
  await say(officer, "It is complete since March.");
  await waitForMessage(minister, "It is complete since March.");
  await shot("officer-answered");
});

await step("the keyboard goes from conversation to conversation", async () => {
  const before = officer.url();
  await officer.keyboard.press("Alt+ArrowDown");
  await officer.waitForFunction((url) => location.href !== url, before);
  await officer.keyboard.press("Control+/");
  await officer.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
  await officer.keyboard.press("Escape");
  await officer.getByRole("dialog").waitFor({ state: "detached" });
});

await step("the tree is walked by keyboard, down to a person's card", async () => {
  await officer.getByRole("link", { name: "Organisation" }).first().click();
  const chosen = officer.locator("[role=treeitem][aria-selected=true]");
  await chosen.waitFor();
  await chosen.focus();
  await officer.keyboard.press("Home");
  await officer.keyboard.press("ArrowDown");
  await officer.keyboard.press("Enter");
  await officer.waitForURL(/\/units\//);
  await officer.locator(".units-detail .person-row").first().click();
  const card = officer.getByRole("dialog", { name: "Profile" });
  await card.locator(".card-path li").first().waitFor();
  await officer.keyboard.press("Escape");
  await card.waitFor({ state: "detached" });
});

for (const theme of ["light", "dark"]) {
  await step(`no serious accessibility fault, ${theme}`, () =>
    checkAccessibility(officer, theme, name, folder),
  );
}

await step("at phone width sidebar and conversation are two screens", async () => {
  const phone = await arrive("officer", {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  await shot("officer-phone-sidebar");
  if (await phone.locator("main.page").isVisible()) fail("the page is beside the sidebar");
  await sidebarRow(phone, name.minister).click();
  await waitForMessage(phone, "It is complete since March.");
  if (await phone.locator("nav.sidebar").isVisible()) fail("the sidebar is beside the page");
  if ((await grown(phone)) > 0) fail(`the page is ${await grown(phone)} px wider than the phone`);
  await shot("officer-phone-conversation");
  await phone.getByRole("link", { name: "Back" }).click();
  await phone.locator("nav.sidebar").waitFor();
  await phone.context().close();
  open.set("officer", officer);
});

await step("Russian is as good as English", async () => {
  await officer.goto("/settings");
  await officer.getByRole("radio", { name: "Русский" }).check();
  await officer.getByRole("heading", { name: "Настройки" }).waitFor();
  await officer.getByRole("region", { name: "Коллеги" }).waitFor();
  await officer.getByRole("radio", { name: "English" }).check();
  await officer.getByRole("heading", { name: "Settings" }).waitFor();
});

await step("the peer is removed from the directory, and the sync sees it", async () => {
  removeFromDirectory(required("PEER_DN"));
  runSync(required("SYNC_COMMAND"));
});

await step("the peer's browser lands on the sign-in page, and says why", async () => {
  await peer.locator("input[name=login]").waitFor({ timeout: 30_000 });
  const reason = await peer.locator(".sign-in-reason").innerText();
  if (reason.trim().length < 20) fail(`it says only "${reason}"`);
  await shot("peer-signed-out");
  await peer.reload();
  await peer.locator("input[name=login]").waitFor();
  await peer.fill("input[name=login]", "peer");
  await peer.fill("input[name=password]", "chancery");
  await peer.keyboard.press("Enter");
  await peer.getByRole("alert").getByText("Wrong login or password.").waitFor();
});

await step("the officer's page does not offer the peer any more", async () => {
  await officer
    .getByRole("region", { name: "Peers" })
    .getByRole("link", { name: name.peer })
    .waitFor({ state: "detached" });
});

await step("signing out leaves nothing behind on the page", async () => {
  await officer.locator(".me-button").click();
  await officer.getByRole("menuitem", { name: "Sign out" }).click();
  await officer.locator("input[name=login]").waitFor();
  await officer.goto("/");
  await officer.locator("input[name=login]").waitFor();
});

await step("no page complained", () => {
  for (const [login, page] of open) {
    if (page.complaints.length > 0) fail(`${login}: ${page.complaints.join("\n")}`);
  }
});

await browser.close();
console.log("the main job is done");
