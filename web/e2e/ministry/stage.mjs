/**
 * Where situations from the life of the ministry are played: everybody has a browser of their own, the directory is
 * changed as HR changes it, and what no page offers is asked of the API.
 *
 * Environment: BASE_URL, LDAP_URL, LDAP_BASE, LDAP_ADMIN_DN, LDAP_ADMIN_PASSWORD, CHROMIUM (/usr/bin/chromium), SCREENSHOTS
 * (a folder, optional), LDAPTLS_CACERT (then ldap:// uses StartTLS). The directory is followed while this runs.
 */
import { createInterface } from "node:readline";
import { check } from "../accessibility.mjs";
import { base, browser, folder, openPage } from "../browser.mjs";
import { fail, grown, signIn } from "../page.mjs";

const pages = new Map();

/** A browser of its own for `login`, signed in, with the name that the page shows. What the page complains about is a failure. */
export async function arrive(login) {
  const page = await openPage();
  pages.set(login, page);
  await signIn(page, login);
  page.person = (await page.locator(".me-button").getAttribute("aria-label")).replace(/^Menu of /, "");
  return page;
}

/** Plays one situation. Everybody goes home after it; the first that fails ends it all. */
export async function situation(name, play) {
  const started = Date.now();
  try {
    await play();
    for (const [login, page] of pages) {
      if (page.complaints.length > 0) fail(`${login}: ${page.complaints.join("\n")}`);
      await page.context().close();
    }
    console.log(`ok   ${name} (${Date.now() - started} ms)`);
  } catch (error) {
    console.error(`FAIL ${name}\n     ${error.stack ?? error.message}`);
    for (const [login, page] of pages) {
      if (folder) await page.screenshot({ path: `${folder}/failed-${login}.png` }).catch(() => {});
    }
    await browser.close();
    process.exit(1);
  }
  pages.clear();
}

/** Goes home. Nobody waits for the operator any more. */
export async function end() {
  operator.close();
  process.stdin.destroy();
  await browser.close();
}

const SIGHTS = [
  { colorScheme: "light", width: 1440, height: 900 },
  { colorScheme: "dark", width: 390, height: 844 },
  { colorScheme: "dark", width: 1440, height: 900 },
  { colorScheme: "light", width: 390, height: 844 },
];

/** What every page must be, on a desk in the light and on a phone in the dark; who wants pictures gets all four. */
export async function look(page, place) {
  for (const { colorScheme, width, height } of SIGHTS.slice(0, folder ? 4 : 2)) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize({ width, height });
    await check(page, `${place}, ${colorScheme}, ${width}`);
    if ((await grown(page)) > 0) fail(`${place} is ${await grown(page)} px wider than ${width}`);
    if (folder) await page.screenshot({ path: `${folder}/${place}-${colorScheme}-${width}.png` });
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 1440, height: 900 });
}

/** The API in the name of `login`, for what the pages do not offer. */
export async function speaker(login) {
  const ask = async (method, path, body, token) => {
    const response = await fetch(`${base}/api/v1${path}`, {
      method,
      headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  };
  const { status, body } = await ask("POST", "/session", { login, password: "chancery" });
  if (status !== 201) fail(`${login} cannot sign in: ${status}`);
  const { access_token: token, person } = body.session;
  return {
    id: person.id,
    name: person.display_name,
    get: (path) => ask("GET", path, undefined, token),
    post: (path, body) => ask("POST", path, body, token),
  };
}

/** The answer's body, if the request went through. */
export function done({ status, body }) {
  if (status >= 300) fail(`${status}: ${JSON.stringify(body)}`);
  return body;
}

/** So many seconds from now, as the API takes it. */
export const inSeconds = (seconds) => new Date(Date.now() + 1000 * seconds).toISOString();

const operator = createInterface({ input: process.stdin });
const answers = operator[Symbol.asyncIterator]();

/** Has whoever runs the server do something, by a line on either side. */
export async function haveOperator(act) {
  console.log(`!${act}`);
  const answer = await answers.next();
  if (answer.value !== "done") fail(`the operator did not ${act}`);
}
