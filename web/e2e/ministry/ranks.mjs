/** Upwards past the superior, and downwards. */
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
import { arrive, end, look, situation } from "./stage.mjs";

await situation(
  "one may not begin with the minister, and asks the assistant or the superior instead",
  async () => {
    const [officer, head, director] = [
      await arrive("officer"),
      await arrive("head"),
      await arrive("director"),
    ];
    const [minister, assistant] = [await arrive("minister"), await arrive("assistant")];
    await refused(officer, minister, head);
    await look(officer, "1-officer-refused");
    await asksInstead(
      officer,
      assistant,
      "their assistant",
      "When may the minister be asked about the register?",
    );
    await look(officer, "1-asked-the-assistant");
    await refused(head, minister, director);
    await look(head, "1-head-refused");
    await asksInstead(head, director, "your superior", "Please ask the minister to hear us on the register.");
    for (const one of [officer, head]) await expectNothingFrom(minister, one.person);
  },
);

/** Before anything is written, with the rule, and the superior named in the sentence. */
async function refused(page, minister, superior) {
  await openByName(page, minister.person);
  await closedComposer(page);
  const sentence = await denial(page).locator(".denial-sentence").innerText();
  if (!sentence.includes(minister.person) || !sentence.includes(superior.person))
    fail(`it says "${sentence}"`);
  await denial(page).getByText("Rule D05, policy version 1").waitFor();
}

/** One click on whom the refusal names. */
async function asksInstead(page, other, relation, words) {
  const ways = denial(page).locator(".denial-people button").filter({ hasText: other.person });
  await ways.filter({ hasText: relation }).click();
  await page.locator(".page-head h1", { hasText: other.person }).waitFor();
  await openComposer(page);
  await say(page, words);
  await waitForMessage(page, words);
  await sidebarRow(other, page.person).locator(".badge").waitFor();
  await sidebarRow(other, page.person).click();
  await waitForMessage(other, words);
}

async function expectNothingFrom(page, name) {
  await page.reload();
  await page.locator(".sidebar-row").first().waitFor();
  if ((await sidebarRow(page, name).locator(".badge").count()) > 0) fail(`${name} has written`);
}

await situation("the minister writes to the officer, who then may answer", async () => {
  const officer = await arrive("officer");
  const minister = await arrive("minister");
  await openByName(officer, minister.person);
  await closedComposer(officer);
  await openByName(minister, officer.person);
  await say(minister, "I hear that the register is late. Why?");
  await waitForMessage(minister, "I hear that the register is late. Why?");
  // The page of the officer is where it was, and opens by itself.
  await waitForMessage(officer, "I hear that the register is late. Why?");
  await openComposer(officer);
  await denial(officer).waitFor({ state: "detached" });
  await say(officer, "Two sheets of the river atlas are missing.");
  await waitForMessage(minister, "Two sheets of the river atlas are missing.");
  if (!(await composer(officer).isEditable())) fail("one answer is all that is allowed");
  await look(officer, "2-answered");
});

await end();
