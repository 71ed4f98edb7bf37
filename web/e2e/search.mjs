/**
 * The search in a real browser: two people write to each other, and what was said is found by its words on the wrong layout,
 * by who wrote it, by its files; a message that was found opens where it was said.
 *
 * Environment: as for main-job.mjs; no directory is needed, but a server that takes files.
 */

import { randomUUID } from "node:crypto";
import { act } from "./act.mjs";
import { base } from "./browser.mjs";
import { composer, fail, openByName, say, waitForMessage } from "./page.mjs";
import { ensure, stage } from "./stage.mjs";

const { arrive, step, shot, everyWay, end } = stage("search");
/** Words that this run alone has said: the server may have seen others. */
const mark = `${Date.now() % 1_000_000}`;

const field = (page) => page.getByRole("combobox", { name: "Search messages" });
const found = (page) => page.locator("a.found");
/** The words of a message as they come out of a keyboard that is still on the English layout. */
const wrongLayout = (text) => {
  const ru = "йцукенгшщзхъфывапролджэячсмитьбюё";
  const en = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`";
  return [...text].map((letter) => en[ru.indexOf(letter)] ?? letter).join("");
};

/** Words are taken a few seconds after they were said: it is asked again until they are. */
async function findWhen(page, words, count) {
  for (let tries = 0; tries < 30; tries += 1) {
    await page.goto(`/search?query=${encodeURIComponent(words)}`);
    const isThere = found(page)
      .nth(count - 1)
      .waitFor({ timeout: 2_000 });
    if (
      await isThere.then(
        () => true,
        () => false,
      )
    )
      return;
  }
  fail(`${words} is not found`);
}

const officer = await step("an officer writes to a colleague", async () => {
  const page = await arrive("officer");
  await openByName(page, "Белова");
  await composer(page).waitFor();
  for (const text of [`Смета ${mark} на водный кадастр согласована.`, "Остальное завтра."]) {
    await say(page, text);
    await waitForMessage(page, text);
  }
  return page;
});

await step("who answers, and sends a file", async () => {
  const page = await arrive("peer");
  const name = await officer
    .locator(".message", { hasText: `Смета ${mark} на водный` })
    .getAttribute("aria-label");
  await openByName(page, name.split(" ")[0]);
  await waitForMessage(page, mark);
  await say(page, `Получила: смету ${mark} подпишу сегодня.`);
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Attach files" }).click();
  const buffer = Buffer.from("Ведомость\n");
  await (await chooser).setFiles({ name: `Смета-${mark}.txt`, mimeType: "text/plain", buffer });
  await page.getByText("1 of 1 uploaded").waitFor({ state: "attached" });
  await say(page, `Смета ${mark}, как просили.`);
  await waitForMessage(page, "как просили");
  for (let at = 1; at <= 4; at += 1) await say(page, `Дальше, ${at}.`);
  await waitForMessage(page, "Дальше, 4.");
  return page;
});

await step("the search teaches what one may write", async () => {
  await officer.getByRole("link", { name: "Search messages" }).click();
  await field(officer).waitFor();
  await officer.getByRole("heading", { name: "What was said, and where?" }).waitFor();
  ensure(
    await field(officer).evaluate((input) => document.activeElement === input),
    "the field has no focus",
  );
  await everyWay(officer, "teach");
});

await step("words are found in another form, and on the wrong layout", async () => {
  await findWhen(officer, `${wrongLayout("сметой")} ${mark}`, 3);
  ensure((await found(officer).count()) === 3, `${await found(officer).count()} are found`);
  await officer.getByText("3 messages").waitFor();
  ensure((await found(officer).first().locator("mark").count()) > 0, "nothing is marked");
  await officer.getByText(`Смета-${mark}.txt`).waitFor();
  await everyWay(officer, "results");
});

await step("from: narrows it to one of them", async () => {
  await field(officer).fill(`смета ${mark} from:Бел`);
  await officer
    .getByRole("option", { name: /Белова/ })
    .first()
    .waitFor();
  await everyWay(officer, "from");
  // With whom one writes comes first.
  await field(officer).press("Enter");
  await officer.getByText(/^From: .*Белова/).waitFor();
  await officer.getByText("2 messages").waitFor();
  ensure(/[?&]from=/.test(officer.url()), "it is not in the address");
});

await step("has:file to what brought files", async () => {
  await field(officer).fill(`смета ${mark} has:file`);
  await field(officer).press("Enter");
  await officer.getByText("With files").first().waitFor();
  await officer.getByText("1 message", { exact: true }).waitFor();
  await everyWay(officer, "narrowed");
});

await step("Back takes one after the other away", async () => {
  await officer.goBack();
  await officer.getByText("2 messages").waitFor();
  await field(officer).press("End");
  await field(officer).fill(`смета ${mark} before:2020-01-01 `);
  await officer.getByText(/^Before .*2020/).waitFor();
  await officer.getByRole("heading", { name: "Nothing found" }).waitFor();
  await everyWay(officer, "none");
  await officer.getByRole("button", { name: "Search without what narrows it" }).click();
  await officer.getByText("3 messages").waitFor();
});

await step("the days are chosen, too", async () => {
  await officer.getByRole("button", { name: "After" }).click();
  await officer.getByRole("option", { name: /^A week ago/ }).waitFor();
  await everyWay(officer, "days");
  await officer.getByRole("option", { name: /^A week ago/ }).click();
  await officer.getByText(/^After .*\d{4}$/).waitFor();
  await officer.getByText("3 messages").waitFor();
});

await step("a message opens where it was said, and is marked", async () => {
  await field(officer).press("ArrowDown");
  await officer.keyboard.press("ArrowDown");
  await officer.keyboard.press("ArrowDown");
  await officer.keyboard.press("Enter");
  const message = officer.locator(".message[data-marked]", { hasText: "на водный кадастр" });
  await message.waitFor();
  await shot(officer, "opened");
  await officer.locator(".message[data-marked]").waitFor({ state: "detached" });
  await waitForMessage(officer, "Дальше, 4.");
});

await step("and Back stands on it again", async () => {
  await officer.goBack();
  await found(officer).nth(2).waitFor();
  await officer.waitForFunction(() => document.activeElement?.matches("a.found"));
  ensure(
    await found(officer)
      .nth(2)
      .evaluate((row) => document.activeElement === row),
    "another one has the focus",
  );
  await officer.keyboard.press("Escape");
  ensure(
    await field(officer).evaluate((input) => document.activeElement === input),
    "the field has no focus",
  );
});

/** A long conversation, which nobody types. */
async function sayMuch(login, conversation, texts) {
  const ask = await act(login);
  for (const body of texts) {
    const message = { body, client_id: randomUUID(), label: { level: "open", categories: [] } };
    await ask("POST", `/conversations/${conversation}/messages`, message);
  }
}

const seqs = (page) =>
  page.locator(".message[data-seq]").evaluateAll((rows) => rows.map((row) => Number(row.dataset.seq)));

await step("an old one opens among what was said then, and one reads on both ways", async () => {
  const place = await found(officer).first().getAttribute("href");
  const conversation = new URL(place, base).pathname.split("/").at(-1);
  const lines = (login) => Array.from({ length: 40 }, (_, at) => `Строка ${at} (${login}).\nИ ещё одна.`);
  const bothSayMuch = () =>
    Promise.all(["officer", "peer"].map((login) => sayMuch(login, conversation, lines(login))));
  await bothSayMuch();
  await sayMuch("officer", conversation, [`Бирюза ${mark}.`]);
  await bothSayMuch();
  await sayMuch("officer", conversation, ["На сегодня всё."]);
  await findWhen(officer, `бирюза ${mark}`, 1);
  await found(officer).first().click();
  const marked = officer.locator(".message[data-marked]", { hasText: "Бирюза" });
  await marked.waitFor();
  await officer.waitForTimeout(300);
  const box = await marked.boundingBox();
  ensure(box.y > 100 && box.y < 800, `it is not in sight: ${JSON.stringify(box)}`);
  await everyWay(officer, "old");
  const at = Number(new URL(officer.url()).searchParams.get("at"));
  ensure(
    (await seqs(officer)).every((seq) => Math.abs(seq - at) < 41),
    "another part is shown",
  );
  const timeline = officer.getByRole("region", { name: "Messages" });
  const scrollUntil = async (by, isDone) => {
    for (let tries = 0; tries < 200; tries += 1) {
      if (isDone(await seqs(officer))) return;
      await timeline.evaluate((list, by) => list.scrollBy(0, by), by);
      await officer.waitForTimeout(60);
    }
    fail("there is nothing more to read");
  };
  await scrollUntil(-400, (shown) => shown.some((seq) => seq < at - 60));
  await scrollUntil(400, (shown) => shown.some((seq) => seq > at + 70));
  // The card of somebody lies over the page, and the page stays where it is.
  await officer.locator(".page-person").click();
  await officer.getByRole("dialog").waitFor();
  await officer.keyboard.press("Escape");
  await officer.getByRole("dialog").waitFor({ state: "detached" });
  ensure(new URL(officer.url()).searchParams.get("at") === `${at}`, "the place is lost");
  await officer.getByRole("button", { name: "To the newest" }).click();
  await waitForMessage(officer, "На сегодня всё.");
  ensure(!officer.url().includes("at="), "the address still asks for the old one");
});

await step("by keyboard one searches where one is", async () => {
  await officer.keyboard.press("Control+k");
  await officer.getByRole("combobox", { name: "Go to" }).fill("Белова");
  await officer.getByRole("option").filter({ hasText: "Белова" }).first().click();
  await composer(officer).waitFor();
  await officer.keyboard.press("Control+Shift+f");
  await officer.getByText(/^In: .*Белова/).waitFor();
  await officer.getByRole("heading", { name: "And which words?" }).waitFor();
  await shot(officer, "here");
  await field(officer).fill(`смета ${mark}`);
  await officer.getByText("3 messages").waitFor();
});

await step("whoever asks too much is told when to come back", async () => {
  const error = { code: "too_many_questions", message: "Too many questions.", retry_after_seconds: 3 };
  await officer.route(/\/messages\?query=/, (route) => route.fulfill({ status: 429, json: { error } }));
  await field(officer).fill(`кадастр ${mark}`);
  await officer.getByText("It can be asked again in 3 seconds.").waitFor();
  await everyWay(officer, "too-many");
  await officer.unroute(/\/messages\?query=/);
});

await end();
