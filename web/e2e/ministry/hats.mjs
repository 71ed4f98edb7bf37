/** In another's name, and on duty. */
import {
  closedComposer,
  denial,
  openByName,
  openComposer,
  say,
  sidebarRow,
  waitForMessage,
  writeAs,
} from "../page.mjs";
import { arrive, done, end, haveOperator, inSeconds, look, situation, speaker } from "./stage.mjs";

await situation("an acting head is appointed, writes as such, and the authority ends by itself", async () => {
  const peer = await arrive("peer");
  const minister = await arrive("minister");
  const hr = await arrive("hr");
  const head = await speaker("head");
  await openByName(peer, minister.person);
  await closedComposer(peer);
  await appoint(hr, { kind: "Acting head", who: peer.person, forWhom: head.name });
  await look(hr, "3-appointed");
  await writeAs(peer, `Acting for ${head.name}`);
  await openComposer(peer);
  await say(peer, "In place of the head: the cadastre is complete.");
  await waitForMessage(peer, "In place of the head: the cadastre is complete.");
  await sidebarRow(minister, peer.person).click();
  for (const page of [peer, minister]) {
    await page
      .locator(".message", { hasText: `Acting for ${head.name}` })
      .first()
      .waitFor();
  }
  await look(minister, "3-acting");
  await correctToEndInSeconds(4);
  await peer.getByRole("button", { name: /^Write as: / }).waitFor({ state: "detached" });
  await closedComposer(peer);
  await peer
    .locator(".message", { hasText: `Acting for ${head.name}` })
    .first()
    .waitFor();
  await look(peer, "3-over");
});

/** Personnel enter an order on the page. */
async function appoint(page, { kind, who, forWhom }) {
  await page.goto("/directory/appointments");
  await page.getByRole("button", { name: "Appoint" }).click();
  const form = page.getByRole("dialog", { name: "Appoint somebody" });
  const choose = async (label, typed) => {
    const group = form.getByRole("group", { name: label, exact: true });
    await group.getByRole("combobox").or(group.getByRole("textbox")).first().fill(typed);
    await group.getByRole("option").first().click();
  };
  await form.getByLabel("Kind").selectOption({ label: kind });
  await choose("Who", who);
  if (forWhom) await choose("For whom", forWhom);
  await form.getByLabel("Last day").fill(await form.getByLabel("First day").inputValue());
  await form.getByRole("textbox", { name: "Reason" }).fill("By order of the minister.");
  await form.getByRole("button", { name: "Appoint" }).click();
  await form.waitFor({ state: "detached" });
  await page.locator(".appointments li", { hasText: who }).waitFor();
}

/** The page appoints by days; the order is corrected to a moment. */
async function correctToEndInSeconds(seconds) {
  const hr = await speaker("hr");
  const [entry] = done(await hr.get("/appointments?state=active")).appointments;
  const { kind, person, principal, from } = entry;
  const correction = { from, until: inSeconds(seconds), reason: "The head is back.", replaces: entry.id };
  const parties = { kind, person_id: person.id, principal_id: principal?.id };
  done(await hr.post("/appointments", { ...parties, ...correction }));
}

await situation("in a crisis the duty officer reaches everybody, and without one nobody else", async () => {
  const officer = await arrive("officer");
  const outsider = await arrive("outsider");
  const hr = await arrive("hr");
  await appoint(hr, { kind: "Duty officer", who: officer.person });
  await look(hr, "9-on-duty");
  const { id } = await speaker("outsider");
  await officer.goto(`/people/${id}/write`);
  await officer.getByText("No such person").waitFor();
  await haveOperator("declare the crisis");
  // A page that lost its server comes back by itself, within half a minute and what the start takes.
  await officer.locator(".page-head h1", { hasText: outsider.person }).waitFor({ timeout: 90_000 });
  const bar = officer.locator(".connection-bar[data-shown=false]");
  await bar.waitFor({ state: "attached", timeout: 90_000 });
  await closedComposer(officer);
  await denial(officer).getByText("There is no rule that lets you do this.").waitFor();
  await look(officer, "9-own-hat-refused");
  await writeAs(officer, "Duty officer");
  await openComposer(officer);
  await say(officer, "The upper dam gives way. Bring the river maps to safety.");
  await waitForMessage(officer, "The upper dam gives way. Bring the river maps to safety.");
  await sidebarRow(outsider, officer.person).click({ timeout: 90_000 });
  await waitForMessage(outsider, "The upper dam gives way. Bring the river maps to safety.");
  await outsider.locator(".message", { hasText: "Duty officer" }).first().waitFor();
  await say(outsider, "They are on the second floor already.");
  await waitForMessage(officer, "They are on the second floor already.");
  await officer.getByRole("button", { name: "Write as: Duty officer" }).waitFor();
  // Whoever was answered may go on without the hat.
  await writeAs(officer, "Myself");
  await openComposer(officer);
  await look(officer, "9-duty");
});

await end();
