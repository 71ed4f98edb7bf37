import { composer, openByName, say, waitForMessage } from "./page.mjs";
import { ensure, stage } from "./stage.mjs";

const { arrive, step, shot, everyWay, end } = stage("labels");

const labelButton = (page) => page.getByRole("button", { name: /^Label: / });
const changeButton = (page) => page.getByRole("button", { name: /^Label of the conversation: / });

const security = await step("a security officer signs in and writes to a colleague", async () => {
  const page = await arrive("security");
  await openByName(page, "Зимин");
  await composer(page).waitFor();
  return page;
});

await step("the picker offers the labels of the catalogue, by keyboard", async () => {
  await labelButton(security).focus();
  await security.keyboard.press("Enter");
  const levels = security.locator(".label-popover .label-levels label");
  await levels.first().waitFor();
  const texts = await levels.allTextContents();
  ensure(texts.join(", ") === "UNLABELLED, OFFICIAL USE, CONFIDENTIAL, SECRET", `the levels are ${texts}`);
  await security.keyboard.press("Tab");
  for (let downs = 0; downs < 3; downs += 1) await security.keyboard.press("ArrowDown");
  const categories = security.locator(".label-popover .label-categories label");
  ensure((await categories.allTextContents()).join(", ") === "Security", "only what both are cleared for");
  await categories.first().click();
  await everyWay(security, "picker");
  await security.keyboard.press("Escape");
  await say(security, "Отчёт о проверке");
  await waitForMessage(security, "Отчёт о проверке");
  const chip = security.locator(".message .label-chip").first();
  ensure((await chip.textContent()) === "SECRET // SECURITY", `the marking is ${await chip.textContent()}`);
});

await step("a lower label is asked for from the message's menu", async () => {
  await security.locator(".message").first().hover();
  await security.getByRole("button", { name: "What to do with this message" }).first().click();
  await security.getByRole("menuitem", { name: "Ask for a lower label" }).click();
  const dialog = security.getByRole("dialog", { name: "Ask for a lower label" });
  await dialog.getByText("OFFICIAL USE").click();
  await dialog.getByLabel("Reason").fill("The findings were published.");
  await everyWay(security, "ask");
  await dialog.getByRole("button", { name: "Ask", exact: true }).click();
  await dialog.getByText("Somebody else decides").waitFor();
  await dialog.getByRole("link", { name: "My requests" }).click();
  await security.locator(".label-request").first().waitFor();
});

const second = await step("the second officer sees it in the sidebar, in Russian", async () => {
  const page = await arrive("security2");
  await page.evaluate(() => {
    const kept = JSON.parse(localStorage.getItem("chancery.preferences") ?? "{}");
    localStorage.setItem("chancery.preferences", JSON.stringify({ ...kept, language: "ru" }));
  });
  await page.reload();
  await page.locator(".me-button").waitFor();
  return page;
});

await step("and approves it, with a reason", async () => {
  const link = second.getByRole("link", { name: /Запросы по пометкам/ });
  await link.locator(".badge").waitFor();
  await link.click();
  await second.locator(".label-request").first().waitFor();
  await everyWay(second, "requests");
  await second
    .getByRole("button", { name: /Согласовать/ })
    .first()
    .click();
  const dialog = second.getByRole("dialog");
  await dialog.locator("textarea").fill("Сверено с публикацией.");
  await dialog.getByRole("button", { name: /Согласовать/ }).click();
  await second.locator(".label-request").first().waitFor({ state: "detached" });
});

await step("the message is said again lower, and the original stays", async () => {
  await openByName(security, "Зимин");
  await security.getByText("said again under a lower label").waitFor();
  const chips = await security.locator(".message .label-chip").allTextContents();
  ensure(chips.join(", ") === "SECRET // SECURITY, OFFICIAL USE // SECURITY", `the markings are ${chips}`);
  await everyWay(security, "said-again");
});

const head = await step("a head opens the channel of the unit", async () => {
  const page = await arrive("head");
  await openByName(page, "Отдел водного кадастра");
  return page;
});
const peer = await step("and an officer of the unit has it open", async () => {
  const page = await arrive("peer");
  await openByName(page, "Отдел водного кадастра");
  return page;
});

await step("the head sees who would lose access, and raises the label", async () => {
  await changeButton(head).click();
  const dialog = head.getByRole("dialog", { name: "Label of the conversation" });
  await dialog.getByText("CONFIDENTIAL").click();
  await dialog.locator(".label-consequences").waitFor();
  const text = await dialog.locator(".label-consequences").textContent();
  ensure(/lose access at once/.test(text) && /Белова/.test(text), `it says: ${text}`);
  await dialog.getByLabel("Reason").fill("Plans of the audit are discussed here.");
  await everyWay(head, "raise");
  await dialog.getByRole("button", { name: "Raise the label" }).click();
  await dialog.waitFor({ state: "detached" });
  await head.getByTestId("label-banner").getByText("CONFIDENTIAL").waitFor();
  await head.getByTestId("label-notice").waitFor();
  await everyWay(head, "raised");
});

await step("whoever is not cleared is out at once", async () => {
  await peer.getByText("This conversation is closed to you").waitFor();
  await shot(peer, "out");
});

await step("the head asks for the lower label back", async () => {
  await changeButton(head).click();
  const dialog = head.getByRole("dialog", { name: "Label of the conversation" });
  await dialog.getByRole("radio", { name: "Ask for a lower one" }).check();
  await dialog.getByText("UNLABELLED").click();
  await dialog.getByLabel("Reason").fill("The audit is over.");
  await dialog.getByRole("button", { name: "Ask", exact: true }).click();
  await dialog.getByText("Somebody else decides").waitFor();
  await shot(head, "asked");
});

await end();
