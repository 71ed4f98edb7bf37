/** Labels: what is too high for a place is refused there, and whoever loses the clearance loses the words. */
import { replaceInDirectory } from "../directory.mjs";
import {
  closedComposer,
  composer,
  denial,
  fail,
  openByName,
  say,
  sidebarRow,
  waitForMessage,
} from "../page.mjs";
import { arrive, done, end, look, situation, speaker } from "./stage.mjs";

const SECRET = { level: "secret", categories: [] };

await situation(
  "what is secret does not go into an internal channel, as a message or as a file",
  async () => {
    const cleared = await arrive("cleared");
    const channel = await openOwnChannel(cleared, "Отдел режима и безопасности");
    const labels = cleared.getByRole("button", { name: /^Label: / });
    await labels.waitFor();
    if (!(await labels.isDisabled()) || !/UNLABELLED/.test(await labels.innerText()))
      fail(`the channel offers ${await labels.innerText()}`);
    await refuseSecretOverTheApi(channel);
    // The page still believes that one may: as if the label of the channel had been lowered a moment ago.
    await cleared.route(/\/conversations\/[^/]+\/labels(\?|$)/, offerSecret);
    await cleared.reload();
    await labels.click();
    await cleared.locator(".label-levels label", { hasText: "SECRET" }).click();
    await cleared.keyboard.press("Escape");
    await say(cleared, "The plan of the shelter is attached.");
    await denial(cleared)
      .getByText("“Secret” is higher than this conversation or its people may hold")
      .waitFor();
    await denial(cleared).getByText("Rule D03, policy version 1").waitFor();
    if ((await composer(cleared).inputValue()) !== "The plan of the shelter is attached.")
      fail("the text is lost");
    await look(cleared, "5-secret-refused");
  },
);

async function openOwnChannel(page, name) {
  await openByName(page, name);
  await composer(page).waitFor();
  return new URL(page.url()).pathname.split("/").pop();
}

/** The same gate for the message and for the file, and the same sentence. */
async function refuseSecretOverTheApi(channel) {
  const cleared = await speaker("cleared");
  const message = { client_id: crypto.randomUUID(), body: "The plan.", label: SECRET };
  const sent = await cleared.post(`/conversations/${channel}/messages`, message);
  const file = { action: "ch.file", conversation_id: channel, label: SECRET };
  const asked = done(await cleared.post("/decisions", file)).decision;
  for (const decision of [sent.body.error?.decision, asked]) {
    if (decision?.allow !== false || decision.rule !== "D03")
      fail(`the gate says ${JSON.stringify(decision)}`);
    if (!decision.message_en.includes("choose a lower label")) fail(`it says "${decision.message_en}"`);
  }
  if (sent.status !== 403) fail(`a secret message is answered by ${sent.status}`);
  const open = { ...file, label: { level: "open", categories: [] } };
  if (!done(await cleared.post("/decisions", open)).decision.allow) fail("no file may be sent there at all");
}

/** What may be said to a colleague who is cleared as well, as if it might be said here. */
async function offerSecret(route) {
  const { id } = await speaker("security");
  const { labels } = done(await (await speaker("cleared")).get(`/people/${id}/labels`));
  await route.fulfill({ json: { labels } });
}

await situation("a clearance is withdrawn while its holder reads", async () => {
  const security = await arrive("security");
  const cleared = await arrive("cleared");
  await beginSecretConversation("security", "cleared", "The guard changes at four.");
  await sidebarRow(security, cleared.person).click();
  await sidebarRow(cleared, security.person).click();
  await waitForMessage(cleared, "The guard changes at four.");
  await cleared.getByTestId("label-banner").getByText("SECRET").waitFor();
  await look(cleared, "10-reading");
  replaceInDirectory("cleared", "govClearance");
  await cleared.getByText("This conversation is closed to you").waitFor();
  const page = await cleared.locator("body").innerText();
  if (page.includes("The guard changes at four.")) fail("the words are still on the page");
  await look(cleared, "10-clearance-withdrawn");
  await sidebarRow(cleared, security.person).locator(".badge").waitFor({ state: "detached" });
  await closedComposer(security);
  await look(security, "10-the-other-one");
});

/** The page begins conversations without a label. */
async function beginSecretConversation(from, to, words) {
  const speaks = await speaker(from);
  const { id } = await speaker(to);
  const body = { kind: "direct", person_ids: [id], label: SECRET };
  const { conversation } = done(await speaks.post("/conversations", body));
  const message = { client_id: crypto.randomUUID(), body: words, label: SECRET };
  done(await speaks.post(`/conversations/${conversation.id}/messages`, message));
}

await end();
