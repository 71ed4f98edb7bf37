/** The one browser of a script, and the pages that are opened in it. */
import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";
import { fail } from "./page.mjs";

/** Where the server is. */
export const base = process.env.BASE_URL ?? fail("BASE_URL is not set");

/** Where pictures go, if anybody wants some. */
export const folder = process.env.SCREENSHOTS;
if (folder) mkdirSync(folder, { recursive: true });

export const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"],
});

/** A page with cookies and storage of its own. What it complains about is put into `complaints`, also `page.complaints`. */
export async function openPage(options = {}, complaints = []) {
  const context = await browser.newContext({
    baseURL: base,
    locale: "en-GB",
    viewport: { width: 1440, height: 900 },
    ...options,
  });
  const page = await context.newPage();
  page.complaints = complaints;
  page.on("pageerror", (error) => complaints.push(String(error.stack ?? error)));
  page.on("console", (message) => {
    if (/Content Security Policy/i.test(message.text())) complaints.push(message.text());
  });
  return page;
}
