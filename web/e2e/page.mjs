/** What the steps of the main job do on a page. */

export function fail(message) {
  throw new Error(message);
}

export async function signIn(page, login) {
  page.setDefaultTimeout(30_000);
  await page.goto("/");
  await page.fill("input[name=login]", login);
  await page.fill("input[name=password]", "chancery");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.locator(".me-button").waitFor();
}

export const composer = (page) => page.getByRole("textbox", { name: "Message" });

export async function say(page, text) {
  await composer(page).fill(text);
  await composer(page).press("Enter");
}

/** Waits until the message stands there as stored, not as one on its way. */
export async function waitForMessage(page, text) {
  await page.locator(".message:not([data-status]) .message-body", { hasText: text }).first().waitFor();
}

export const sidebarRow = (page, name) =>
  page.locator(".sidebar-row").filter({ has: page.locator(".row-name", { hasText: name }) });

/** By the quick switcher, as one does it by keyboard. */
export async function openByName(page, name) {
  await page.keyboard.press("Control+k");
  const field = page.getByRole("combobox", { name: "Go to" });
  await field.fill(name);
  await page.getByRole("option").filter({ hasText: name }).first().click();
  await page.locator(".page-head h1", { hasText: name }).waitFor();
}

/** By how much the page is wider than its window. */
export const grown = (page) =>
  page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - window.innerWidth));

/** The notice that says why one may not. */
export const denial = (page) => page.locator(".denial");

export const closedComposer = (page) => page.locator(".composer[data-blocked=true]").waitFor();
export const openComposer = (page) => page.locator(".composer[data-blocked=false]").waitFor();

/** Chooses in which capacity to write, by the words of the menu. */
export async function writeAs(page, hat) {
  await page.getByRole("button", { name: /^Write as: / }).click();
  await page
    .getByRole("menuitemradio", { name: hat })
    .or(page.getByRole("menuitem", { name: hat }))
    .click();
  await page.getByRole("button", { name: `Write as: ${hat}` }).waitFor();
}
