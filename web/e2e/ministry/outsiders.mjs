/** Those who are not of the staff, or not of the agency. */
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
import { arrive, done, end, look, situation, speaker } from "./stage.mjs";

const dialog = (page, name) => page.getByRole("dialog", { name });

await situation("a contractor works in a shared channel, and does not begin with those above", async () => {
  const head = await arrive("head");
  const contractor = await arrive("contractor");
  await openChannel(head, "Shared between agencies", "Flood of 2026", [contractor.person]);
  await sidebarRow(contractor, "Flood of 2026").click();
  await say(contractor, "The gauge at the upper bridge is mended.");
  await waitForMessage(head, "The gauge at the upper bridge is mended.");
  await look(contractor, "4-contractor-in-shared");
  await openByName(contractor, head.person);
  await closedComposer(contractor);
  await denial(contractor).getByText("As a contractor or external you cannot").waitFor();
  await denial(contractor).getByText("Rule D06, policy version 1").waitFor();
  await look(contractor, "4-contractor-refused");
});

await situation(
  "somebody from outside is not brought into an internal channel, but into a shared one",
  async () => {
    const head = await arrive("head");
    const external = await somebodyExternal();
    await openChannel(head, "Project", "Dam inspection", []);
    await addMember(head, external.name);
    await denial(head).getByText("Externals can be added to shared channels only.").waitFor();
    await look(head, "4-external-refused");
    await openByName(head, "Flood of 2026");
    await addMember(head, external.name);
    await head.locator(".side-panel .person-row", { hasText: external.name }).waitFor();
  },
);

async function openChannel(page, kind, name, people) {
  await page.getByRole("button", { name: "New conversation" }).click();
  const form = dialog(page, "New conversation");
  await form.getByRole("radio", { name: kind, exact: true }).check();
  await form.getByLabel("Name", { exact: true }).fill(name);
  for (const one of people) {
    await form.getByRole("combobox", { name: "With whom" }).fill(one);
    await page.getByRole("option").filter({ hasText: one }).first().click();
  }
  await form.getByRole("button", { name: "Create" }).click();
  await form.waitFor({ state: "detached" });
  await page.locator(".page-head h1", { hasText: name }).waitFor();
}

async function addMember(page, name) {
  const panel = page.locator(".side-panel");
  if (!(await panel.isVisible())) await page.getByRole("button", { name: "Members" }).click();
  await panel.getByRole("button", { name: "Add people" }).click();
  await panel.getByRole("combobox", { name: "Add people" }).fill(name);
  await page.getByRole("option").filter({ hasText: name }).first().click();
  await panel.getByRole("button", { name: "Add", exact: true }).click();
}

async function somebodyExternal() {
  const { people } = done(await (await speaker("head")).get("/people?limit=200&query=юрисконсульт"));
  const found = people.find((person) => person.employment === "external");
  return found ? { ...found, name: found.display_name } : fail("there is nobody from outside");
}

await situation("the liaison writes to the other agency; a colleague finds nobody there", async () => {
  const liaison = await arrive("liaison");
  const outsider = await arrive("outsider");
  await openByName(liaison, outsider.person);
  await openComposer(liaison);
  await say(liaison, "Do you have the survey of the delta of 1911?");
  await sidebarRow(outsider, liaison.person).click();
  await waitForMessage(outsider, "Do you have the survey of the delta of 1911?");
  await say(outsider, "Twelve sheets. I shall copy them.");
  await waitForMessage(liaison, "Twelve sheets. I shall copy them.");
  await look(liaison, "8-liaison");
  await colleagueIsRefused(outsider.person);
});

async function colleagueIsRefused(name) {
  const officer = await arrive("officer");
  await officer.keyboard.press("Control+k");
  await officer.getByRole("combobox", { name: "Go to" }).fill(name);
  await officer.getByText("Nothing found").waitFor();
  await look(officer, "8-colleague-finds-nobody");
  await officer.keyboard.press("Escape");
  const { id } = await speaker("outsider");
  await officer.goto(`/people/${id}/write`);
  await officer.getByText("No such person").waitFor();
  if ((await composer(officer).count()) > 0) fail("there is a place to write");
  const refused = await (await speaker("officer")).post("/conversations", {
    kind: "direct",
    person_ids: [id],
  });
  if (refused.status !== 404) fail(`it is answered by ${refused.status}, which tells that there is somebody`);
  await look(officer, "8-colleague-refused");
}

await end();
