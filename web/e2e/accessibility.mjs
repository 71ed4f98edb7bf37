/** Runs axe on the main pages. Injected through the debugger, so that the content security policy stays as it is. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fail, sidebarRow } from "./page.mjs";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Fails where axe finds a serious fault on what is shown now. */
export async function check(page, place) {
  // Nothing is judged while it is still fading in.
  await page.waitForTimeout(400);
  // A page hears of another light with its next frame, which a busy machine draws late.
  await page.evaluate(
    () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
  );
  // What has begun to move waits for a frame, and comes to its end only while frames are asked for.
  await page.evaluate(async () => {
    const isMoving = (one) =>
      one.playState === "running" && one.effect?.getComputedTiming().iterations !== Number.POSITIVE_INFINITY;
    for (let frames = 0; frames < 300 && document.getAnimations().some(isMoving); frames += 1)
      await new Promise((drawn) => requestAnimationFrame(drawn));
  });
  await page.evaluate(source);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }),
  );
  const serious = violations.filter((one) => one.impact === "serious" || one.impact === "critical");
  if (serious.length === 0) return;
  const told = serious.map((one) => {
    const nodes = one.nodes
      .slice(0, 4)
      .map((node) => `${node.html.slice(0, 160)} (${node.any[0]?.message ?? ""})`);
    return `${one.id}: ${one.help}\n       ${nodes.join("\n       ")}`;
  });
  fail(`${place}:\n     ${told.join("\n     ")}`);
}

export async function checkAccessibility(page, theme, name, folder) {
  await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
  const look = async (place) => {
    await check(page, place);
    if (folder) await page.screenshot({ path: `${folder}/${theme}-${place.replace(/\W+/g, "-")}.png` });
  };
  await page.goto("/");
  await page.locator(".home-ways a").first().waitFor();
  await look("home");
  await sidebarRow(page, name.minister).click();
  await page.locator(".message").first().waitFor();
  await look("conversation");
  await page.getByRole("region", { name: "My unit" }).getByRole("link").first().click();
  await page.getByRole("button", { name: "Members" }).click();
  await page.locator(".side-panel .person-row").first().waitFor();
  await look("members");
  await page.goto("/units");
  await page.locator(".units-detail .person-row").first().waitFor();
  await look("organisation");
  await page.goto("/people");
  await page.locator(".person-list .person-row").first().click();
  await page.getByRole("dialog", { name: "Profile" }).locator(".card").waitFor();
  await look("profile");
  await page.keyboard.press("Escape");
  await page.goto("/settings");
  await page.locator(".sessions li").first().waitFor();
  await look("settings");
  await page.getByRole("button", { name: "New conversation" }).click();
  await page.getByRole("dialog", { name: "New conversation" }).waitFor();
  await look("new conversation");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Go to" }).fill(name.minister.slice(0, 4));
  await page.getByRole("option").first().waitFor();
  await look("switcher");
  await page.keyboard.press("Escape");
}
