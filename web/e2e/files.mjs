/**
 * Files in a real browser: they are chosen, dropped and pasted, uploaded, taken back and sent; the other one sees the images,
 * opens them large and downloads the rest.
 *
 * Environment: as for main-job.mjs; no directory is needed, but a server that takes files.
 */

import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import { check } from "./accessibility.mjs";
import { act } from "./act.mjs";
import { composer, openByName, waitForMessage } from "./page.mjs";
import { ensure, stage } from "./stage.mjs";

const disk = mkdtempSync(join(tmpdir(), "files-"));
const { arrive, step, shot, everyWay, end } = stage("files", {
  leave: () => rmSync(disk, { recursive: true }),
});
const words = "Ведомость работ\nпо водному кадастру\n";

/** A picture of so many pixels, as a PNG. */
function picture(width, height, [red, green, blue]) {
  const row = (y) => {
    const line = [0];
    for (let x = 0; x < width; x += 1)
      line.push((red + (x * 90) / width) & 255, (green + (y * 90) / height) & 255, blue);
    return line;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const chunk = (kind, data) => {
    const named = Buffer.concat([Buffer.from(kind), data]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(data.length, 0);
    ends.writeUInt32BE(crc32(named), 4);
    return Buffer.concat([ends.subarray(0, 4), named, ends.subarray(4)]);
  };
  const pixels = Buffer.from(Array.from({ length: height }, (_, y) => row(y)).flat());
  return Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(pixels)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

const map = { name: "Карта водоохранной зоны реки, лист 14, редакция от 3 марта.png", mimeType: "image/png" };
const text = { name: "Ведомость.txt", mimeType: "text/plain", buffer: Buffer.from(words) };

const uploads = (page) => page.getByRole("list", { name: "Files to be sent" }).getByRole("listitem");
const sendButton = (page) => page.getByRole("button", { name: "Send" });

async function choose(page, files) {
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Attach files" }).click();
  await (await chooser).setFiles(files);
}

/** What is in the hand of whoever drags or pastes. */
const holding = (page, name, type, octets) =>
  page.evaluateHandle(
    ({ name, type, octets }) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array(octets)], name, { type }));
      return transfer;
    },
    { name, type, octets: [...octets] },
  );

const officer = await step("an officer writes to a colleague", async () => {
  const page = await arrive("officer");
  await openByName(page, "Белова");
  await composer(page).waitFor();
  return page;
});

await step("files are chosen, an image and a text", async () => {
  await choose(officer, [{ ...map, buffer: picture(1200, 800, [40, 90, 150]) }, text]);
  await officer.getByText("2 of 2 uploaded").waitFor({ state: "attached" });
  ensure((await uploads(officer).count()) === 2, "two files stand above the text");
  await everyWay(officer, "attached");
});

await step("they are still there after a look at another conversation", async () => {
  const address = new URL(officer.url()).pathname;
  await officer.getByRole("region", { name: "My unit" }).getByRole("link").first().click();
  await uploads(officer).first().waitFor({ state: "detached" });
  const row = officer.locator(`.sidebar-row[href="${address}"]`).first();
  await row.getByText("Draft").waitFor();
  await row.click();
  await uploads(officer).first().waitFor();
});

await step("and are sent with a few words", async () => {
  await composer(officer).fill("Карта и ведомость");
  await sendButton(officer).click();
  await waitForMessage(officer, "Карта и ведомость");
  await officer.locator(".message:not([data-status]) .picture img").first().waitFor();
  await everyWay(officer, "sent");
});

const peer = await step("the colleague sees the image", async () => {
  const page = await arrive("peer");
  const name = await officer.locator(".message-author").first().textContent();
  await openByName(page, name.split(" ")[0]);
  await page.locator(".picture img").first().waitFor();
  const box = await page.locator(".picture").first().boundingBox();
  ensure(
    Math.abs(box.width - 360) < 2 && Math.abs(box.height - 240) < 2,
    `the image has ${JSON.stringify(box)}`,
  );
  return page;
});

await step("and downloads the text as it was", async () => {
  const coming = peer.waitForEvent("download");
  await peer.getByRole("button", { name: /^Download Ведомость\.txt, \d+ byte/ }).click();
  const download = await coming;
  ensure(download.suggestedFilename() === "Ведомость.txt", `it is called ${download.suggestedFilename()}`);
  await download.saveAs(join(disk, "got.txt"));
  ensure(readFileSync(join(disk, "got.txt"), "utf8") === words, "it is another text");
});

await step("an image is pasted, and goes out alone", async () => {
  const transfer = await holding(officer, "image.png", "image/png", picture(300, 500, [150, 60, 50]));
  await composer(officer).evaluate((box, clipboardData) => {
    box.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  }, transfer);
  await uploads(officer)
    .getByText(/^Picture \d{4}/)
    .waitFor();
  await officer.getByText("1 of 1 uploaded").waitFor({ state: "attached" });
  await composer(officer).press("Enter");
  await uploads(officer).first().waitFor({ state: "detached" });
  await peer.locator(".picture img").nth(1).waitFor();
});

await step("a place to drop opens under what is dragged", async () => {
  const dataTransfer = await holding(officer, "Схема.png", "image/png", picture(640, 360, [60, 120, 60]));
  const zone = officer.locator(".conversation");
  await zone.dispatchEvent("dragenter", { dataTransfer });
  await officer.locator(".drop-veil").waitFor();
  await shot(officer, "drop");
  await officer.emulateMedia({ colorScheme: "dark" });
  await check(officer, "the place to drop in the dark");
  await shot(officer, "drop-dark");
  await officer.emulateMedia({ colorScheme: "light" });
  await zone.dispatchEvent("drop", { dataTransfer });
  await officer.locator(".drop-veil").waitFor({ state: "detached" });
  await officer.getByText("1 of 1 uploaded").waitFor({ state: "attached" });
  await composer(officer).press("Enter");
  await peer.locator(".picture img").nth(2).waitFor();
});

await step("what is too large is refused before it goes out", async () => {
  const asked = [];
  officer.on("request", (request) => {
    if (/\/files\?/.test(request.url())) asked.push(request.url());
  });
  const large = join(disk, "Архив съёмки.zip");
  writeFileSync(large, "");
  truncateSync(large, 101 * 1024 * 1024);
  await choose(officer, large);
  await officer
    .locator(".uploads-refused")
    .getByText(/“Архив съёмки\.zip” is too large: it has 101 MB/)
    .waitFor();
  ensure(asked.length === 0, "it was sent to the server");
  await everyWay(officer, "refused");
  await officer.locator(".uploads-refused").getByRole("button", { name: "Dismiss" }).click();
});

await step("one that is on its way is cancelled, and the others stay", async () => {
  const held = [];
  await officer.route(/\/files\?name=slow/, (route) => held.push(route));
  await officer.route(/\/files\?name=broken/, (route) => route.abort());
  await choose(officer, [
    { name: "slow.txt", mimeType: "text/plain", buffer: Buffer.from(words) },
    { name: "broken.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4") },
    text,
  ]);
  await uploads(officer).getByText("The server does not answer").waitFor();
  await officer.getByRole("progressbar", { name: "Upload of slow.txt" }).waitFor();
  ensure((await sendButton(officer).getAttribute("aria-disabled")) === "true", "it could be sent already");
  await officer.getByText("The files are still being uploaded").waitFor();
  await everyWay(officer, "uploading");
  await officer.getByRole("button", { name: "Cancel the upload of slow.txt" }).click();
  await officer.getByText("Try again or remove what was not uploaded").waitFor();
  await officer.unroute(/\/files\?name=broken/);
  await officer.getByRole("button", { name: "Upload broken.pdf again" }).click();
  await officer.getByText("2 of 2 uploaded").waitFor({ state: "attached" });
  await officer.getByRole("button", { name: "Remove broken.pdf" }).click();
  await composer(officer).press("Enter");
  await peer
    .getByRole("button", { name: /^Download Ведомость/ })
    .nth(1)
    .waitFor();
});

await step("an image opens large, and the arrows go on to the others", async () => {
  const first = peer.getByRole("button", { name: /^Open the image Карта/ });
  await first.focus();
  await peer.keyboard.press("Enter");
  const dialog = peer.getByRole("dialog", { name: /^Карта/ });
  await dialog.locator("img").waitFor();
  await dialog.getByText("1 of 3").waitFor();
  await everyWay(peer, "lightbox");
  await peer.keyboard.press("ArrowRight");
  await peer
    .getByRole("dialog", { name: /^Picture/ })
    .getByText("2 of 3")
    .waitFor();
  await peer.keyboard.press("ArrowRight");
  await peer
    .getByRole("dialog", { name: /^Схема/ })
    .getByText("3 of 3")
    .waitFor();
  await shot(peer, "lightbox-last");
  await peer.keyboard.press("ArrowLeft");
  await peer.keyboard.press("ArrowLeft");
  const coming = peer.waitForEvent("download");
  await dialog.getByRole("button", { name: /^Download Карта/ }).click();
  ensure((await coming).suggestedFilename() === map.name, "the image is downloaded under its name");
  await peer.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  await first.evaluate(
    (button) => document.activeElement === button || Promise.reject(new Error("the focus is lost")),
  );
});

await step("what may not be opened any more says so", async () => {
  await peer.route(/\/files\/[^/]+\/(thumbnail|content)$/, (route) =>
    route.fulfill({
      status: 404,
      json: { error: { code: "not_found", message: "There is no such thing." } },
    }),
  );
  await peer.reload();
  await peer.getByText("Not available any more").first().waitFor();
  await peer
    .getByRole("button", { name: /^Download Ведомость/ })
    .first()
    .click();
  await peer.locator(".file-card").getByText("Not available any more").waitFor();
  await everyWay(peer, "gone");
  await peer.unroute(/\/files\/[^/]+\/(thumbnail|content)$/);
});

await step("a refusal by the policy is told once, and nothing can be sent before it is settled", async () => {
  const decision = {
    allow: false,
    rule: "D05",
    policy_version: 1,
    message: "No.",
    message_ru: "Файлы сюда не посылают.",
    message_en: "No files are sent here.",
    disclosure: "full",
    near: [],
    alternatives: [],
    exception: null,
  };
  await officer.route(/\/files\?name=/, (route) =>
    route.fulfill({ status: 403, json: { error: { code: "policy_denied", message: "No.", decision } } }),
  );
  await choose(officer, [text, { ...text, name: "Вторая.txt" }, { ...text, name: "Третья.txt" }]);
  await officer.locator(".denial").getByText("No files are sent here.").waitFor();
  await uploads(officer).getByText("Not allowed.").nth(2).waitFor();
  ensure((await officer.locator(".denial").count()) === 1, "it is told more than once");
  await everyWay(officer, "denied");
  await officer.unroute(/\/files\?name=/);
  for (const name of ["Ведомость.txt", "Вторая.txt", "Третья.txt"])
    await officer.getByRole("button", { name: `Remove ${name}` }).click();
  await officer.getByRole("button", { name: "Dismiss" }).click();
});

await step("by a case the files are found, read of and downloaded", async () => {
  const conversation = new URL(officer.url()).pathname.split("/").at(-1);
  const scope = { person_ids: [], unit_ids: [], conversation_ids: [conversation], from: null, until: null };
  const ends = new Date(Date.now() + 30 * 86_400_000).toISOString();
  const about = {
    number: `Ф-${Date.now() % 100_000}`,
    reason: "A leak",
    legal_basis: "Order 1",
    ends_at: ends,
    scope,
  };
  const ask = await act("compliance");
  const { id } = (await ask("POST", "/compliance/cases", about)).case;
  await ask("POST", `/compliance/cases/${id}/request`, {});
  const decide = await act("compliance2");
  await decide("POST", `/compliance/cases/${id}/approve`, { reason: "It is sound" });
  const page = await arrive("compliance");
  await page.goto(`/compliance/cases/${id}`);
  await page.getByRole("checkbox", { name: "Only messages with files" }).check();
  await page.getByRole("search").getByRole("button", { name: "Search" }).click();
  await page.locator(".case-message .file-card").first().waitFor();
  await everyWay(page, "case-search");
  const bare = await page.locator(".case-message:not(:has(.file-card))").count();
  ensure(bare === 0, "messages without files are found");
  await page.locator(".case-message-place").first().click();
  const card = page.getByRole("button", { name: /^Download Ведомость\.txt/ }).first();
  await card.waitFor();
  await everyWay(page, "case-reading");
  const coming = page.waitForEvent("download");
  await card.click();
  await (await coming).saveAs(join(disk, "by-case.txt"));
  ensure(readFileSync(join(disk, "by-case.txt"), "utf8") === words, "it is another text");
});

await end();
