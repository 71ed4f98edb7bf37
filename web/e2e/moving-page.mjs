/** What the script of moving about does on a page: notices in place of the browser's own, and a look in every light. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { check } from "./accessibility.mjs";
import { fail } from "./page.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** In place of the browser's own notices, which nobody sees here. They are kept for the script to read. */
export function stubNotices() {
  const kept = { permission: sessionStorage.getItem("permission") ?? "default", made: [] };
  globalThis.notices = kept;
  globalThis.Notification = class {
    static get permission() {
      return kept.permission;
    }
    static async requestPermission() {
      kept.asked = (kept.asked ?? 0) + 1;
      kept.permission = "granted";
      sessionStorage.setItem("permission", "granted");
      return "granted";
    }
    constructor(title, options) {
      Object.assign(this, { title, body: options.body, isClosed: false });
      kept.made.push(this);
    }
    close() {
      this.isClosed = true;
    }
  };
  // Whether the page is before somebody's eyes, as the script wants it.
  for (const [name, value] of [
    ["hidden", () => Boolean(globalThis.isAway)],
    ["visibilityState", () => (globalThis.isAway ? "hidden" : "visible")],
  ])
    Object.defineProperty(document, name, { get: value });
  document.hasFocus = () => !globalThis.isAway;
}

/** The same page in high contrast, dark and light. */
export async function inHighContrast(page, name, shot) {
  await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce", contrast: "more" });
  await checkContrast(page, `${name} in the dark, in high contrast`);
  await shot(`${name}-contrast-dark`);
  await page.emulateMedia({ colorScheme: "light", contrast: "more" });
  await checkContrast(page, `${name} in high contrast`);
  await shot(`${name}-contrast`);
  await page.emulateMedia({ contrast: null });
}

/** Fails where letters are less than seven times as light or as dark as their ground. */
async function checkContrast(page, place) {
  await page.locator("html[data-contrast=high]").waitFor();
  await check(page, place);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, { runOnly: { type: "rule", values: ["color-contrast-enhanced"] } }),
  );
  const told = violations.flatMap((one) =>
    one.nodes.map((node) => `${node.html.slice(0, 120)} (${node.any[0]?.message ?? ""})`),
  );
  if (told.length > 0) fail(`${place}:\n     ${told.slice(0, 6).join("\n     ")}`);
}

export const path = (page) => new URL(page.url()).pathname;
export const made = (page) =>
  page.evaluate(() => globalThis.notices.made.map(({ title, body }) => ({ title, body })));
export const leave = (page) => page.evaluate(() => Object.assign(globalThis, { isAway: true }));
export const comeBack = (page) =>
  page.evaluate(() => {
    globalThis.isAway = false;
    window.dispatchEvent(new Event("focus"));
    document.dispatchEvent(new Event("visibilitychange"));
  });
export const icon = (page) => page.locator("#favicon").getAttribute("href");
export const title = (page, wanted) => page.waitForFunction((one) => document.title === one, wanted);

/** Whoever is told would have been told by now. */
export const patience = (page) => page.waitForTimeout(700);
