/** What begins and ends between two people while they have each other's page open. */
import { replaceInDirectory } from "../directory.mjs";
import {
  closedComposer,
  composer,
  denial,
  fail,
  openByName,
  openComposer,
  say,
  sidebarRow,
  waitForMessage,
} from "../page.mjs";
import { arrive, done, end, inSeconds, look, situation, speaker } from "./stage.mjs";

await situation("a wall closes during a conversation, and names nobody", async () => {
  const officer = await arrive("officer");
  const peer = await arrive("peer");
  const head = await arrive("head");
  await formGroup("Tender of 2026");
  await openByName(head, "Tender of 2026");
  await openComposer(head);
  await openByName(officer, peer.person);
  await say(officer, "Did the tender documents arrive?");
  await sidebarRow(peer, officer.person).click();
  await waitForMessage(peer, "Did the tender documents arrive?");
  await openComposer(peer);
  replaceInDirectory("officer", "govSegment", "audit");
  replaceInDirectory("peer", "govSegment", "procurement");
  for (const page of [officer, peer]) {
    await page.getByText("This conversation is closed to you").waitFor();
    await saysNothingOf(page, officer.person, peer.person, "tender documents");
    if ((await composer(page).count()) > 0) fail("there is a place to write");
  }
  await look(officer, "6-walled");
  // Nobody says anything in a group while both would read it.
  await closedComposer(head);
  await denial(head).getByText("You cannot contact this person or channel").waitFor();
  await saysNothingOf(head, officer.person, peer.person);
  if ((await denial(head).getByRole("button").count()) > 0) fail("a way round the wall is offered");
  await look(head, "6-group");
});

/** The head brings the two together. */
async function formGroup(name) {
  const [head, officer, peer] = [await speaker("head"), await speaker("officer"), await speaker("peer")];
  done(await head.post("/conversations", { kind: "group", name, person_ids: [officer.id, peer.id] }));
}

async function saysNothingOf(page, ...words) {
  const said = await page.locator("main.page").innerText();
  for (const word of words) if (said.includes(word)) fail(`the page still says ${word}: ${said}`);
}

await situation("an exception is asked for, granted, used, and ends by itself", async () => {
  const reason = "The river rises; the minister wants figures every hour.";
  const officer = await arrive("officer");
  const head = await arrive("head");
  const minister = await arrive("minister");
  await openByName(officer, minister.person);
  await denial(officer).getByRole("button", { name: "Ask for an exception" }).click();
  const asking = officer.getByRole("dialog", { name: "Ask for an exception" });
  await asking.getByRole("textbox", { name: "Reason" }).fill(reason);
  await asking.getByRole("button", { name: "Ask", exact: true }).click();
  await denial(officer).getByText(`Waiting for ${head.person}.`).waitFor();
  await head
    .getByRole("link", { name: /^Exceptions/ })
    .first()
    .click();
  await head.getByText(reason).waitFor();
  await grantForSeconds(reason, 8);
  await head.getByText("Nothing waits for you").waitFor();
  await openComposer(officer);
  await officer.getByText(`${head.person} granted this contact until`).waitFor();
  await say(officer, "Two metres and ten at noon.");
  await waitForMessage(officer, "Two metres and ten at noon.");
  await sidebarRow(minister, officer.person).locator(".badge").waitFor();
  await closedComposer(officer);
  await denial(officer).getByText("The exception has ended.").waitFor();
  await waitForMessage(officer, "Two metres and ten at noon.");
  await look(officer, "7-exception-over");
});

/** The page grants by days; an order may be shorter. */
async function grantForSeconds(reason, seconds) {
  const head = await speaker("head");
  const { requests } = done(await head.get("/exceptions/requests?which=to_decide"));
  const request = requests.find((one) => one.reason === reason) ?? fail("nothing waits for the head");
  const body = { until: inSeconds(seconds), reason: "While the water is high." };
  done(await head.post(`/exceptions/requests/${request.id}/grant`, body));
}

await end();
