import { describe, expect, it } from "vitest";
import { intlFor } from "../../i18n";
import { parsePath, paths } from "../../paths";
import { byUnit, matches, readChanges, readConsequences, readCounts, sentence, unitOf } from "./documents";
import { keepsDirectory } from "./duties";
import { fileFault, LARGEST_LDIF } from "./ldif-file";
import { seconds, statusOf } from "./status";

const NOW = Date.parse("2026-11-24T10:00:00Z");
const healthy = {
  health: "following",
  held_at: null,
  heard_at: "2026-11-24T09:59:50Z",
  plan_state: null,
  trouble: null,
};

describe("the state of a source", () => {
  it.each([
    [{}, "good", "following"],
    [{ health: "waiting", heard_at: "2026-11-23T10:00:00Z" }, "good", "waiting"],
    [{ heard_at: "2026-11-24T09:54:00Z" }, "warn", "silent"],
    [{ trouble: { code: "tombstones_hidden" } }, "warn", "trouble"],
    [{ plan_state: "waiting" }, "warn", "plan"],
    [{ plan_state: "approved" }, "warn", "applying"],
    [{ plan_state: "waiting", held_at: "2026-11-24T09:00:00Z" }, "warn", "held"],
    [{ health: "failing", held_at: "2026-11-24T09:00:00Z" }, "bad", "failing"],
    [{ health: "unknown" }, "warn", "unknown"],
    [{ health: "a word of a newer server" }, "warn", "unknown"],
  ])("%o", (change, tone, name) => {
    const status = statusOf({ ...healthy, ...change }, NOW);
    expect([status.tone, status.title]).toEqual([tone, `directory.health.${name}`]);
    for (const language of ["ru", "en"] as const)
      expect(intlFor(language).formatMessage({ id: status.text }).length).toBeGreaterThan(20);
  });

  it("rounds so that no figure is a false zero", () => {
    expect([0, 4, 87, 300, 999, 1234, 61_000].map(seconds)).toEqual([0, 0.01, 0.09, 0.3, 1, 1.2, 61]);
  });
});

describe("what the sync wrote", () => {
  it("is not computed where it is absent, and nothing where it is zero", () => {
    expect(readConsequences({})).toEqual({
      people: null,
      conversations: null,
      channels: null,
      contacts: null,
    });
    expect(readConsequences(null).contacts).toBeNull();
    expect(readConsequences({ conversations: { lost: 0 } }).conversations).toEqual({
      lost: 0,
      gained: null,
      writingLost: null,
      writingGained: null,
      examples: [],
    });
  });

  it("takes the numbers of people from the counts where the consequences leave them out", () => {
    const told = readConsequences({ people: { gone: 2 } }, { people_gone: 9, people_moved: 4, entries: 300 });
    expect(told.people).toEqual({ gone: 2, moved: 4 });
  });

  it("is read whether people are names or objects, and channels texts or objects", () => {
    const told = readConsequences({
      channels: { made: 1, archived: 1, names: ["Отдел А", { name: "Отдел Б", effect: "archived" }, 7] },
      contacts: { examples: [{ from: "Анна", to: { name: "Иван", dn: "uid=ivan" }, effect: "forbidden" }] },
      conversations: { examples: [{ person: { name: "Анна" }, conversation: null, effect: "lost" }, "odd"] },
    });
    expect(told.channels?.names.map((one) => one.name)).toEqual(["Отдел А", "Отдел Б", "7"]);
    expect(told.contacts?.examples[0]).toMatchObject({ who: "Анна", what: "Иван" });
    expect(told.conversations?.examples).toEqual([{ who: "Анна", what: "", effect: "lost", why: null }]);
  });

  it("survives what it does not know", () => {
    expect(readChanges("nonsense")).toEqual([]);
    const [change] = readChanges([
      { change: "person_merged", dn: "uid=a,ou=B", fields: [{ field: "mail", after: ["x", "y"] }, 3] },
    ]);
    expect(change).toMatchObject({ change: "person_merged", name: "uid=a,ou=B", unit: "B" });
    expect(change?.fields).toEqual([{ field: "mail", before: "", after: "x, y" }]);
    expect(readCounts({ people_gone: 0, people_added: 3, strange: 1, units_gone: "2" })).toEqual([
      ["people_added", 3],
    ]);
  });

  it("is told in the reader's language, or in the other one, or by its code", () => {
    const finding = { code: "missing_login", dn: "", field: "", value: "", ru: "", en: "There is no login." };
    expect(sentence(finding, "ru")).toBe("There is no login.");
    expect(sentence({ ...finding, en: "" }, "en")).toBe("missing_login");
  });
});

describe("changes", () => {
  const changes = readChanges([
    { change: "person_gone", name: "Анна Орлова", dn: "uid=orlova,ou=Отдел\\, первый,dc=gov" },
    { change: "person_gone", name: "Иван Петров", dn: "uid=petrov,OU=Архив,dc=gov" },
    { change: "person_gone", name: "Яна Петрова", unit: "Архив" },
    { change: "unit_gone", name: "Архив", dn: "dc=gov" },
  ]);

  it("are told by unit, the largest first", () => {
    expect(byUnit(changes).map(([unit, ones]) => [unit, ones.length])).toEqual([
      ["Архив", 2],
      ["", 1],
      ["Отдел, первый", 1],
    ]);
    expect(unitOf("uid=you,dc=gov")).toBe("");
  });

  it("are found by words in any order", () => {
    const found = (query: string) => changes.filter((change) => matches(change, query)).length;
    expect([found("петров архив"), found("ОРЛОВА"), found(""), found("никого")]).toEqual([2, 1, 4, 0]);
  });
});

describe("a file", () => {
  it("is refused for what is wrong with it", () => {
    expect(fileFault(10, "version: 1\r\nDN:: ZGM=\r\n")).toBeNull();
    expect(fileFault(LARGEST_LDIF + 1, "dn: dc=gov")).toBe("large");
    expect(fileFault(10, "dn: cn=\ufffd")).toBe("encoding");
    expect(fileFault(10, "name;unit")).toBe("none");
  });
});

describe("the pages", () => {
  it("are for personnel and administrators", () => {
    expect([undefined, [], ["compliance"], ["hr"], ["security", "admin"]].map(keepsDirectory)).toEqual([
      false,
      false,
      false,
      true,
      true,
    ]);
  });

  it("have addresses that lead back to them", () => {
    const id = "01a20afa-0e80-702c-9348-122c023abccf";
    expect(parsePath(paths.directory())).toEqual({ page: "directory", tab: "state" });
    expect(parsePath(paths.directory("quarantine"))).toEqual({ page: "directory", tab: "quarantine" });
    expect(parsePath(paths.directoryRun(id))).toEqual({ page: "directory", tab: "runs", runId: id });
    expect(parsePath(paths.directoryPlan(id))).toEqual({ page: "directory", tab: "state", planId: id });
    expect(parsePath("/directory/elsewhere")).toEqual({ page: "unknown" });
  });
});
