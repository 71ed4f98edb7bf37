/** What every script has: people who arrive, steps that are told, and pages that are looked at in every light and width. */
import { check } from "./accessibility.mjs";
import { browser, folder, openPage } from "./browser.mjs";
import { fail, grown, signIn } from "./page.mjs";

/**
 * The stage of the script `name`, after which its pictures are called. `prepare` is given a page before somebody signs in there;
 * `lights` looks at a page in other lights than light and dark; `leave` takes away what the script has left elsewhere.
 */
export function stage(name, { prepare, lights, leave } = {}) {
  const open = new Map();

  async function arrive(login, options = {}) {
    const page = await openPage(options);
    await prepare?.(page, login);
    open.set(login, page);
    await signIn(page, login);
    return page;
  }

  async function close() {
    await browser.close();
    leave?.();
  }

  async function step(what, work) {
    const started = Date.now();
    try {
      const result = await work();
      console.log(`ok   ${what} (${Date.now() - started} ms)`);
      return result;
    } catch (error) {
      console.error(`FAIL ${what}\n     ${error.message}`);
      for (const [login, page] of open) await shot(page, `failed-${login}`);
      await close();
      process.exit(1);
    }
  }

  async function shot(page, what) {
    if (folder) await page.screenshot({ path: `${folder}/${name}-${what}.png` }).catch(() => {});
  }

  /** The same page in the dark, on a phone and on the smallest one, and back. */
  async function everyWay(page, what) {
    await shot(page, what);
    await check(page, what);
    await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
    await check(page, `${what} in the dark`);
    await shot(page, `${what}-dark`);
    await lights?.(page, what, (part) => shot(page, part));
    await page.emulateMedia({ colorScheme: "light" });
    for (const width of [390, 320]) {
      await page.setViewportSize({ width, height: 844 });
      await check(page, `${what} at ${width}`);
      await shot(page, `${what}-${width}`);
      if ((await grown(page)) > 0) fail(`${what} is wider than ${width}`);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  }

  /** The last step: no page complained. Then everything is closed. */
  async function end() {
    await step("no page complained", async () => {
      for (const [login, page] of open)
        if (page.complaints.length > 0) fail(`${login}: ${page.complaints.join("; ")}`);
    });
    await close();
  }

  return { open, arrive, step, shot, everyWay, end };
}

export function ensure(holds, said) {
  if (!holds) fail(said);
}
