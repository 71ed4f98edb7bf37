import { describe, expect, it } from "vitest";
import { person } from "../../test-data";
import type { Entry } from "./api";
import { denialOf, groupDenials } from "./denials";

let seq = 0;
function denied(change: { by?: string; to?: string; rule?: string; at?: string; place?: string }): Entry {
  seq += 1;
  const { by = "ivan", to = "minister", rule = "D05", at = `2026-03-03T09:0${seq % 10}:00Z`, place } = change;
  return {
    seq,
    at,
    kind: "message.denied",
    actor: person(by),
    entry: {
      action: place ? "ch.post" : "dm.send",
      person_id: place ? null : to,
      conversation_id: place ?? null,
      rule,
      policy_version: 4,
    },
    people: place ? [] : [person(to)],
  };
}

describe("what an entry says of a denial", () => {
  it("names whom it was about, and the rule of its version", () => {
    const { person: who, other, action, rule, policyVersion } = denialOf(denied({}));
    expect([who?.id, other?.id, action, rule, policyVersion]).toEqual([
      "ivan",
      "minister",
      "dm.send",
      "D05",
      4,
    ]);
  });

  it("stays readable where a newer server writes less", () => {
    const entry = { ...denied({}), actor: null, entry: {}, people: [] };
    expect(denialOf(entry)).toMatchObject({
      person: null,
      other: null,
      action: "",
      rule: "",
      policyVersion: null,
    });
  });
});

describe("denials are put together", () => {
  const of = (...entries: Entry[]) => groupDenials(entries.map(denialOf));

  it("where the same person was refused the same thing by the same rule", () => {
    const groups = of(denied({}), denied({}), denied({}), denied({ by: "anna" }));
    expect(groups.map((group) => [group.newest.person?.id, group.denials.length, group.isRepeated])).toEqual([
      ["ivan", 3, true],
      ["anna", 1, false],
    ]);
  });

  it("and not where the other one, the place or the rule differs", () => {
    const groups = of(
      denied({}),
      denied({ to: "deputy" }),
      denied({ rule: "D07" }),
      denied({ place: "c1" }),
      denied({ place: "c2" }),
    );
    expect(groups.map((group) => group.denials.length)).toEqual([1, 1, 1, 1, 1]);
  });

  it("from the first to the last of them, whatever the order in which they come", () => {
    const [group] = of(
      denied({ at: "2026-03-04T10:00:00Z" }),
      denied({ at: "2026-03-02T10:00:00Z" }),
      denied({ at: "2026-03-03T10:00:00Z" }),
    );
    expect([group?.first, group?.last]).toEqual(["2026-03-02T10:00:00Z", "2026-03-04T10:00:00Z"]);
    expect(group?.newest.at).toBe("2026-03-04T10:00:00Z");
  });

  it("the most often repeated first, of those alike the latest", () => {
    const groups = of(
      denied({ by: "once", at: "2026-03-05T10:00:00Z" }),
      denied({ by: "older", at: "2026-03-01T10:00:00Z" }),
      denied({ by: "often", at: "2026-02-01T10:00:00Z" }),
      denied({ by: "often", at: "2026-02-02T10:00:00Z" }),
    );
    expect(groups.map((group) => group.newest.person?.id)).toEqual(["often", "once", "older"]);
  });

  it("nothing makes no group", () => {
    expect(groupDenials([])).toEqual([]);
  });
});
