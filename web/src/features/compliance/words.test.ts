import { describe, expect, it } from "vitest";
import { intlFor, type MessageId, type Values } from "../../i18n";
import { en } from "../../i18n/en";
import { person } from "../../test-data";
import { together } from "./activity-list";
import type { Cause, CheckFinding, Deed, Entry, PastDecision } from "./api";
import { causeFields, causeSentence } from "./cause-words";
import { decisionSentence } from "./decision-answer";
import { deedSentence } from "./deed-words";
import { entryFields, entryReason, entrySentence, findingPlace, findingSentence } from "./entry-words";
import { fillIn } from "./use-rule-sentence";

const inLanguage = (language: "en" | "ru") => (id: MessageId, values?: Values) =>
  intlFor(language).formatMessage({ id }, values);
const t = inLanguage("en");
const ru = inLanguage("ru");

const entry = (kind: string, fields: Entry["entry"] = {}, change: Partial<Entry> = {}): Entry => ({
  seq: 7,
  at: "2026-03-03T09:00:00Z",
  kind,
  actor: person("anna", "Anna"),
  entry: fields,
  people: [person("ivan", "Ivan"), person("minister", "The minister")],
  ...change,
});

describe("entries of the record", () => {
  it.each([
    [entry("session.began", { address: "10.0.0.7" }), "Anna signed in from 10.0.0.7"],
    [entry("member.added", { person_id: "ivan" }), "Anna brought Ivan into a conversation"],
    [
      entry("exception.granted", { person_id: "ivan", target_id: "minister" }),
      "Anna granted an exception: Ivan – The minister",
    ],
    [entry("message.denied", { action: "dm.send" }), "Anna was refused: write to somebody"],
    [
      entry("message.denied", { action: "dm.send", person_id: "minister" }),
      "Anna was refused: write to somebody, The minister",
    ],
    [entry("case.approved", { number: "17/2026" }), "Anna approved case 17/2026"],
    [
      entry("case.looked", { look: "messages", found: 3 }),
      "Anna looked into a case: messages searched, found 3",
    ],
    [entry("policy.activated", { number: 4 }), "Anna put policy version 4 in force"],
    [entry("directory.person_gone", { person_id: "ivan" }, { actor: null }), "Gone from the directory: Ivan"],
  ])("%#: %o", (one, expected) => expect(entrySentence(t, one)).toBe(expected));

  it("name nobody whom the directory does not know, and the system where nobody acted", () => {
    expect(entrySentence(t, entry("member.removed", { person_id: "gone" }, { actor: null }))).toBe(
      "The system took somebody out of a conversation",
    );
  });

  it("of a kind that this client does not know are told by their fields", () => {
    const unknown = entry("moon.landed", { person_id: "ivan", crew: 3, empty: null, at: { x: 1 } });
    expect(entrySentence(t, unknown)).toBeNull();
    expect(entryFields(unknown)).toEqual([
      ["person_id", "Ivan"],
      ["crew", "3"],
      ["at", '{"x":1}'],
    ]);
  });

  it("say why, where somebody said so", () => {
    expect(entryReason(entry("case.closed", { reason: "Done" }))).toBe("Done");
    expect(entryReason(entry("case.closed"))).toBeNull();
  });

  it("are whole sentences in both languages, whatever fields are missing", () => {
    const kinds = Object.keys(en).flatMap((id) =>
      id.startsWith("compliance.entry.") ? [id.slice("compliance.entry.".length)] : [],
    );
    expect(kinds.length).toBeGreaterThan(60);
    for (const kind of kinds) {
      for (const translate of [t, ru]) {
        const said = entrySentence(translate, entry(kind, {}, { actor: null, people: [] }));
        expect(said, kind).not.toMatch(/[{}]|undefined|null|compliance\./);
      }
    }
  });
});

describe("findings of a check", () => {
  it.each([
    [
      { code: "entry_altered", seq: 12, leaf: 11, kind: "session.began" },
      "Entry 12 (session.began) was changed after it was written.",
    ],
    [
      { code: "cut_off", signed: 900, leaves: 700 },
      "The newest entries were cut off: 900 were signed, 700 are left.",
    ],
    [
      { code: "message_altered", conversation_id: "c1", seq: 5, what: ["body", "label"] },
      "Message 5 was changed since it was sent: the words, the label.",
    ],
    [
      { code: "row_missing", table: "clearances_history", key: "person_id=7", leaf_seq: 4 },
      "A row of a history was deleted: clearances, person_id=7.",
    ],
  ] as [CheckFinding, string][])("%#: %o", (finding, expected) =>
    expect(findingSentence(t, finding)).toBe(expected));

  it("of a newer server are shown as they are", () => {
    const unknown = { code: "moon_missing", seq: 1 } as unknown as CheckFinding;
    expect(findingSentence(t, unknown)).toBe('{"code":"moon_missing","seq":1}');
  });

  it("say in which conversation", () => {
    const finding = { code: "message_inserted", conversation_id: "c1", seq: 5 } as CheckFinding;
    expect(findingPlace(finding)).toBe("c1");
    expect(findingPlace({ code: "entry_missing", leaf: 1, seq: 2 } as CheckFinding)).toBeNull();
  });
});

describe("what made the difference", () => {
  const cause = (change: Partial<Cause>): Cause => ({
    at: "2026-03-03T09:00:00Z",
    of: "clearances",
    person: person("ivan", "Ivan"),
    other: null,
    before: { level: 1, person_id: "ivan" },
    after: { level: 3, person_id: "ivan" },
    org_version: 4,
    audit_seq: null,
    audit_kind: null,
    ...change,
  });

  it("is told as what came, changed or went", () => {
    expect(causeSentence(t, cause({}))).toBe("Clearance changed: Ivan");
    expect(causeSentence(t, cause({ before: null }))).toBe("Clearance given: Ivan");
    expect(causeSentence(t, cause({ after: null }))).toBe("Clearance taken away: Ivan");
    expect(causeSentence(t, cause({ of: "moons", person: null }))).toBe("moons: changed");
  });

  it("shows only what differs, without ids", () => {
    expect(causeFields(t, cause({}))).toEqual(["level: 1 → 3"]);
    expect(causeFields(t, cause({ before: null }))).toEqual(["level: 3"]);
    expect(causeFields(t, cause({ after: { level: 1, person_id: "ivan" } }))).toEqual([]);
  });
});

it("deeds are sentences, and name in whose name somebody wrote", () => {
  const deed = (change: Partial<Deed>) => ({ person: person("ivan", "Ivan"), ...change }) as Deed;
  expect(deedSentence(t, deed({ what: "message.sent", seq: 4 }))).toBe("Ivan wrote message 4");
  expect(
    deedSentence(t, deed({ what: "message.sent", seq: 4, principal: person("m", "The minister") })),
  ).toBe("Ivan wrote message 4 for The minister");
  expect(deedSentence(t, deed({ what: "member.joined", actor: person("anna", "Anna") }))).toBe(
    "Anna brought Ivan in",
  );
  expect(deedSentence(t, deed({ what: "member.left", actor: person("ivan", "Ivan") }))).toBe("Ivan left");
  expect(
    deedSentence(
      t,
      deed({ what: "action.denied", action: "dm.send", to_person: person("m", "The minister") }),
    ),
  ).toBe("Ivan was refused: write to somebody, The minister");
});

it("a decision is one sentence: yes or no, who, what, to whom or where, when", () => {
  const decision = (change: Partial<PastDecision>) =>
    ({
      allow: true,
      person: person("ivan", "Ivan"),
      action: "dm.send",
      to_person: null,
      conversation: null,
      ...change,
    }) as PastDecision;
  const place = { id: "c1", kind: "channel", channel_kind: "project", name: "Budget" };
  const channel = place as PastDecision["conversation"];
  expect(decisionSentence(t, decision({ to_person: person("m", "The minister") }), "3 March")).toBe(
    "Yes: on 3 March Ivan could write to somebody: The minister.",
  );
  expect(
    decisionSentence(t, decision({ allow: false, action: "ch.read", conversation: channel }), "3 March"),
  ).toMatch(/^No: on 3 March Ivan could not .+, in “Budget”\.$/);
});

it("many who came at once are one line, and few are not", () => {
  const came = (minute: number, what = "member.joined") =>
    ({ what, at: `2026-03-03T09:0${minute}:12Z` }) as Deed;
  const filled = [came(1), came(1), came(1), came(1)];
  const runs = together([...filled, came(1, "message.sent"), came(2), came(2), came(3)]);
  expect(runs.map((run) => run.length)).toEqual([4, 1, 1, 1, 1]);
});

it("sentences of rules name whom they mean, or what stands in that place", () => {
  const sentence = "{name} is above you; go through {superior}. You are not cleared for “{label}”.";
  expect(fillIn(t, sentence, "The minister")).toBe(
    "The minister is above you; go through the superior. You are not cleared for this label.",
  );
  expect(fillIn(ru, "Обратитесь к руководителю: {superior}; {name}, «{label}».")).not.toMatch(/[{}«»]/);
});
