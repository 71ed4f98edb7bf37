/**
 * What one does with messages in a real browser: they are answered, changed, looked back on and taken back, also by
 * whoever keeps a group in order, and all of it by keyboard.
 *
 * Environment: as for main-job.mjs; no directory is needed.
 */

import { check } from "./accessibility.mjs";
import { act } from "./act.mjs";
import { composer, openByName, say, waitForMessage } from "./page.mjs";
import { ensure, stage } from "./stage.mjs";

/** Whether the sockets of the colleague are cut. */
let isCut = false;
const sockets = new Set();

/** The sockets of the colleague go by here, where they can be cut. */
async function prepare(page, login) {
  if (login === "peer")
    await page.routeWebSocket(/\/socket$/, (socket) => {
      if (isCut) socket.close();
      else {
        socket.connectToServer();
        sockets.add(socket);
      }
    });
}

const { arrive, step, shot, everyWay, end } = stage("changes", { prepare });

const stamp = `${Date.now() % 100_000}`;
const row = (page, text) => page.locator(".message:not([data-status])", { hasText: text }).last();
const menuOf = (page, text) => row(page, text).getByRole("button", { name: "What to do with this message" });
const bar = (page) => page.getByTestId("reply-bar");
const editBox = (page) => page.getByRole("textbox", { name: "The text of the message" });
const focusedText = (page) => page.evaluate(() => document.activeElement?.textContent ?? "");
const isFocused = (locator) => locator.evaluate((element) => element === document.activeElement);

async function choose(page, text, item) {
  await row(page, text).hover();
  await menuOf(page, text).click();
  await page.getByRole("menuitem", { name: item }).click();
}

const officer = await step("an officer writes to a colleague, who opens it", async () => {
  const page = await arrive("officer");
  await openByName(page, "Белова");
  await say(page, `Совещание в десять, ${stamp}.\nПовестка та же.`);
  await waitForMessage(page, stamp);
  // So much that the first of it is out of sight.
  for (let number = 1; number <= 14; number += 1) await say(page, `Пункт повестки ${number}: ${stamp}`);
  await waitForMessage(page, `Пункт повестки 14: ${stamp}`);
  return page;
});
const peer = await step("the colleague reads it", async () => {
  const page = await arrive("peer");
  await openByName(page, "Ершов");
  await waitForMessage(page, `Пункт повестки 14: ${stamp}`);
  return page;
});

await step("it is answered by the menu, and the answer waits while one is elsewhere", async () => {
  await peer.locator(".timeline").focus();
  await row(peer, `Пункт повестки 5: ${stamp}`).scrollIntoViewIfNeeded();
  await row(peer, `Пункт повестки 5: ${stamp}`).hover();
  await row(peer, `Пункт повестки 5: ${stamp}`).getByRole("button", { name: "Reply" }).waitFor();
  await shot(peer, "hover");
  await menuOf(peer, `Пункт повестки 5: ${stamp}`).click();
  await peer.getByRole("menu", { name: "What to do with this message" }).waitFor();
  await everyWay(peer, "menu");
  await peer.keyboard.press("Escape");
  await choose(peer, `Совещание в десять, ${stamp}`, "Reply");
  await bar(peer).getByText("Answer to Павел Ершов").waitFor();
  await bar(peer).getByText(`Совещание в десять, ${stamp}.`).waitFor();
  ensure(await isFocused(composer(peer)), "one can write at once");
  await composer(peer).fill("Буду. Захвачу карту");
  await everyWay(peer, "reply-bar");
  const address = new URL(peer.url()).pathname;
  await peer.getByRole("region", { name: "My unit" }).getByRole("link").first().click();
  await bar(peer).waitFor({ state: "detached" });
  await peer.locator(`.sidebar-row[href="${address}"]`).first().click();
  await bar(peer).getByText("Answer to Павел Ершов").waitFor();
  await composer(peer).press("Escape");
  await bar(peer).waitFor({ state: "detached" });
  ensure((await composer(peer).inputValue()) === "Буду. Захвачу карту", "the text is gone with the answer");
  await choose(peer, `Совещание в десять, ${stamp}`, "Reply");
  await bar(peer).waitFor();
  await composer(peer).press("Enter");
  await bar(peer).waitFor({ state: "detached" });
  await waitForMessage(peer, "Захвачу карту");
});

await step("the quote leads to what was answered, and marks it", async () => {
  await waitForMessage(officer, "Захвачу карту");
  const quote = row(officer, "Захвачу карту").getByRole("button", {
    name: /^Answers Павел Ершов: Совещание/,
  });
  await everyWay(officer, "quote");
  await quote.click();
  await officer.locator(".message[data-marked]", { hasText: `Совещание в десять, ${stamp}` }).waitFor();
  await shot(officer, "marked");
  ensure((await focusedText(officer)).includes("Повестка та же"), "the focus stays behind");
});

await step("the Up arrow changes the last message, and the other sees it live", async () => {
  await say(officer, `Жду справку до обеда, ${stamp}`);
  await waitForMessage(officer, `Жду справку до обеда, ${stamp}`);
  await waitForMessage(peer, `Жду справку до обеда, ${stamp}`);
  await composer(officer).press("ArrowUp");
  await editBox(officer).waitFor();
  ensure(
    (await editBox(officer).inputValue()) === `Жду справку до обеда, ${stamp}`,
    "another text is changed",
  );
  await everyWay(officer, "editing");
  await editBox(officer).fill(`Жду справку и карту до вечера, ${stamp}`);
  await editBox(officer).press("Enter");
  await composer(officer).waitFor();
  await waitForMessage(peer, `Жду справку и карту до вечера, ${stamp}`);
  await row(peer, "карту до вечера")
    .getByRole("button", { name: /^edited / })
    .waitFor();
});

await step("to stop changing gives the draft back", async () => {
  await composer(officer).fill("Набросок");
  await choose(officer, "карту до вечера", "Edit");
  await editBox(officer).fill("Не то");
  await editBox(officer).press("Escape");
  ensure((await composer(officer).inputValue()) === "Набросок", "the draft is lost");
  await composer(officer).fill("");
});

await step("the other opens its history, and sees what was changed", async () => {
  await row(peer, "карту до вечера")
    .getByRole("button", { name: /^edited / })
    .click();
  const dialog = peer.getByRole("dialog", { name: "History of the message" });
  await dialog.getByText("Version 2").waitFor();
  await dialog.locator("del", { hasText: "обеда" }).waitFor();
  await dialog.locator("ins", { hasText: "и карту" }).waitFor();
  ensure(
    (await dialog.locator("h3").first().textContent()).startsWith("Version 2"),
    "the newest is not first",
  );
  await everyWay(peer, "history");
  await peer.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
});

await step("what the server refuses is not lost, and its sentence is read", async () => {
  const late = { code: "change_too_late", message: "It is too late to change this message." };
  await officer.route(/\/messages\/[^/]+$/, (route) =>
    route.request().method() === "PATCH"
      ? route.fulfill({ status: 409, json: { error: late } })
      : route.continue(),
  );
  await composer(officer).press("ArrowUp");
  await editBox(officer).fill(`Длинный новый текст, ${stamp}`);
  await editBox(officer).press("Enter");
  await officer.getByRole("alert").getByText("It is too late to change this message.").waitFor();
  ensure((await editBox(officer).inputValue()) === `Длинный новый текст, ${stamp}`, "the text is lost");
  await waitForMessage(officer, `Жду справку и карту до вечера, ${stamp}`);
  await everyWay(officer, "refused");
  await officer.unroute(/\/messages\/[^/]+$/);
  await editBox(officer).press("Escape");
});

await step("a message is taken back after a question, and the other sees that it was", async () => {
  await choose(officer, `Пункт повестки 14: ${stamp}`, "Delete");
  const dialog = officer.getByRole("dialog", { name: "Delete this message?" });
  await dialog.getByText(`Пункт повестки 14: ${stamp}`).waitFor();
  await dialog.getByText(/cannot be undone/).waitFor();
  await everyWay(officer, "delete");
  await dialog.getByRole("button", { name: "Delete" }).click();
  await dialog.waitFor({ state: "detached" });
  for (const page of [officer, peer]) {
    await row(page, "Message deleted by the author").waitFor();
    ensure((await page.getByText(`Пункт повестки 14: ${stamp}`).count()) === 0, "its words are still shown");
    ensure((await menuOf(page, "Message deleted by the author").count()) === 0, "it still has a menu");
  }
  await everyWay(peer, "deleted");
});

await step("what was changed while one was away is there when one is back", async () => {
  const id = new URL(peer.url()).pathname.split("/").at(-1);
  isCut = true;
  for (const socket of sockets) await socket.close();
  const ask = await act("officer");
  const { messages } = await ask("GET", `/conversations/${id}/messages?limit=50`);
  const old = messages.find((one) => one.body === `Пункт повестки 13: ${stamp}`);
  await ask("PATCH", `/conversations/${id}/messages/${old.id}`, { body: `Снят с повестки: ${stamp}` });
  await peer.waitForTimeout(1_500);
  ensure((await peer.getByText(`Снят с повестки: ${stamp}`).count()) === 0, "it was not away");
  isCut = false;
  await waitForMessage(peer, `Снят с повестки: ${stamp}`);
});

await step("whoever keeps a group in order takes back what another said", async () => {
  const ask = await act("officer");
  const { me } = await (await act("peer"))("GET", "/me");
  const { conversation } = await ask("POST", "/conversations", {
    kind: "group",
    name: `Сверка ${stamp}`,
    person_ids: [me.id],
  });
  await peer.goto(`/conversations/${conversation.id}`);
  await say(peer, `Лишнее, ${stamp}`);
  await officer.goto(`/conversations/${conversation.id}`);
  await waitForMessage(officer, `Лишнее, ${stamp}`);
  await say(officer, `Это к делу не относится, ${stamp}`);
  await waitForMessage(peer, `Это к делу не относится, ${stamp}`);
  await row(peer, "к делу не относится").hover();
  await menuOf(peer, "к делу не относится").click();
  ensure((await peer.getByRole("menuitem", { name: "Delete" }).count()) === 0, "a member may delete others'");
  await peer.keyboard.press("Escape");
  await choose(officer, `Лишнее, ${stamp}`, "Delete");
  await officer.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await row(peer, "Message deleted by Павел Ершов").waitFor();
  await everyWay(peer, "deleted-by-another");
});

await step("all of it goes by keyboard", async () => {
  for (const word of ["один", "два", "три"]) await say(officer, `Строка ${word}, ${stamp}`);
  await waitForMessage(officer, `Строка три, ${stamp}`);
  await officer.getByRole("region", { name: "Messages" }).focus();
  await officer.keyboard.press("ArrowUp");
  ensure((await focusedText(officer)).includes("Строка три"), "Up goes to the last message");
  await officer.keyboard.press("ArrowUp");
  await officer.keyboard.press("ArrowUp");
  ensure((await focusedText(officer)).includes("Строка один"), "Up goes from message to message");
  await officer.keyboard.press("ArrowDown");
  ensure((await focusedText(officer)).includes("Строка два"), "Down goes back");
  await everyWay(officer, "walk");
  await officer.keyboard.press("Home");
  ensure((await focusedText(officer)).includes("Message deleted"), "Home goes to the first");
  await officer.keyboard.press("End");
  await officer.keyboard.press("Enter");
  const menu = officer.getByRole("menu", { name: "What to do with this message" });
  await menu.waitFor();
  await officer.keyboard.press("Escape");
  await menu.waitFor({ state: "detached" });
  ensure((await focusedText(officer)).includes("Строка три"), "the focus comes back from the menu");
  await officer.keyboard.press("r");
  await bar(officer).getByText(`Строка три, ${stamp}`).waitFor();
  ensure(await isFocused(composer(officer)), "R leads to the composer");
  await officer.keyboard.press("Escape");
  await bar(officer).waitFor({ state: "detached" });
  await officer.getByRole("region", { name: "Messages" }).focus();
  await officer.keyboard.press("ArrowUp");
  await officer.keyboard.press("e");
  await editBox(officer).waitFor();
  await officer.keyboard.type(" и четыре");
  await officer.keyboard.press("Enter");
  await waitForMessage(officer, `Строка три, ${stamp} и четыре`);
  await officer.getByRole("region", { name: "Messages" }).focus();
  await officer.keyboard.press("ArrowUp");
  await officer.keyboard.press("Delete");
  await officer.getByRole("dialog", { name: "Delete this message?" }).waitFor();
  await officer.keyboard.press("Escape");
  await officer.getByRole("dialog").waitFor({ state: "detached" });
  ensure((await focusedText(officer)).includes("и четыре"), "the focus comes back from the question");
  await officer.keyboard.press("Escape");
  ensure(await isFocused(composer(officer)), "Escape leads to the composer");
});

await step("a finger that stays on a message opens its menu", async () => {
  const page = await arrive("officer", {
    hasTouch: true,
    isMobile: true,
    viewport: { width: 390, height: 844 },
  });
  await page.goto(new URL(officer.url()).pathname);
  await waitForMessage(page, "Строка два");
  // What listens to the finger comes right after the messages.
  await page.locator(".timeline-said").waitFor({ state: "attached" });
  const place = await row(page, "Строка два").locator(".message-body").boundingBox();
  const session = await page.context().newCDPSession(page);
  const at = [{ x: place.x + 40, y: place.y + 8 }];
  await session.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: at });
  await page.getByRole("menuitem", { name: "Reply" }).waitFor();
  await session.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await page.waitForTimeout(300);
  ensure(await page.getByRole("menuitem", { name: "Reply" }).isVisible(), "the menu closes with the finger");
  await check(page, "the menu under a finger");
  await shot(page, "touch");
  await page.getByRole("menuitem", { name: "Reply" }).tap();
  await bar(page).waitFor();
  await shot(page, "touch-reply");
});

await step("an officer of compliance reads what was changed and taken back", async () => {
  const conversation = new URL(officer.url()).pathname.split("/").at(-1);
  const scope = { person_ids: [], unit_ids: [], conversation_ids: [conversation], from: null, until: null };
  const ends = new Date(Date.now() + 30 * 86_400_000).toISOString();
  const first = await act("compliance");
  const { case: opened } = await first("POST", "/compliance/cases", {
    number: `П-${stamp}`,
    reason: "A leak",
    legal_basis: "Order 1",
    ends_at: ends,
    scope,
  });
  await first("POST", `/compliance/cases/${opened.id}/request`, {});
  await (await act("compliance2"))("POST", `/compliance/cases/${opened.id}/approve`, {
    reason: "It is sound",
  });
  const page = await arrive("compliance");
  await page.goto(`/compliance/cases/${opened.id}/conversations/${conversation}`);
  const deleted = page.locator(".case-message", { hasText: `Лишнее, ${stamp}` });
  await deleted
    .getByText(/deleted/)
    .first()
    .waitFor();
  const changed = page.locator(".case-message", { hasText: "и четыре" });
  await changed.locator("summary").click();
  await changed.getByText(`Строка три, ${stamp}`, { exact: true }).waitFor();
  await everyWay(page, "case-reading");
  await page.goto(`/compliance/cases/${opened.id}`);
  await page.getByRole("search").getByRole("button", { name: "Search" }).click();
  await page.locator(".case-message", { hasText: `Лишнее, ${stamp}` }).waitFor();
  await everyWay(page, "case-search");
});

await end();
