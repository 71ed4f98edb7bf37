import { describe, expect, it } from "vitest";
import { conversation, message, OPEN, person } from "../../test-data";
import { type Arrival, arrivalsIn } from "./arrivals";
import { isQuiet, isWorthTelling, saidOf, type Words } from "./rules";
import { DEFAULTS, type NoticeSettings } from "./settings";

const words: Words = {
  product: "Chancery",
  newMessage: "New message",
  unnamed: "Without a name",
  files: (count) => `${count} files`,
};
const secret = { ...OPEN, level: "secret" };
const at = (time: string) => new Date(`2026-03-03T${time}:00`);

const came = (change: Partial<Arrival> = {}): Arrival => ({
  conversation: conversation({ unread_count: 1 }),
  message: message(1, { body: "Добрый день" }),
  ...change,
});

describe("what arrived", () => {
  const last = message(4);
  const before = conversation({ last_seq: 4, last_message: last });
  const after = (change: object) =>
    conversation({ last_seq: 5, last_message: message(5), unread_count: 1, ...change });

  it("is what is newer than what was known, and not read yet", () => {
    expect(arrivalsIn([before], [after({})]).map((one) => one.message.seq)).toEqual([5]);
    expect(arrivalsIn([before], [after({ unread_count: 0 })])).toEqual([]);
    expect(arrivalsIn([before], [before])).toEqual([]);
  });

  it("is not a message that was only changed, or of which nothing may be read", () => {
    const changed = conversation({
      last_seq: 4,
      last_message: { ...last, body: "changed" },
      unread_count: 1,
    });
    expect(arrivalsIn([before], [changed])).toEqual([]);
    expect(arrivalsIn([before], [after({ last_message: null })])).toEqual([]);
    expect(arrivalsIn([before], [after({ last_message: last })])).toEqual([]);
  });

  it("is in a new conversation only what was said since", () => {
    expect(arrivalsIn([before], [before, after({ id: "new" })])).toHaveLength(1);
    expect(arrivalsIn([before], [before, after({ id: "old", last_message: message(1) })])).toEqual([]);
  });
});

describe("what is worth a notice", () => {
  const tells = (arrival: Arrival, settings: Partial<NoticeSettings> = {}, muted: string[] = []) =>
    isWorthTelling(arrival, {
      settings: { ...DEFAULTS, ...settings },
      myId: "me",
      isMuted: (id) => muted.includes(id),
      now: at("12:00"),
    });
  const channel = came({ conversation: conversation({ id: "c2", kind: "channel", partner: null }) });

  it("is what others write, as far as it is wanted", () => {
    expect(tells(came())).toBe(true);
    expect(tells(channel)).toBe(true);
    expect(tells(channel, { level: "direct" })).toBe(false);
    expect(tells(came(), { level: "direct" })).toBe(true);
    expect(tells(came(), { level: "off" })).toBe(false);
  });

  it("is nothing of one's own, of what is muted, or of what is gone", () => {
    expect(tells(came({ message: message(1, { author: person("me") }) }))).toBe(false);
    expect(tells(came(), {}, ["c1"])).toBe(false);
    expect(tells(came({ message: message(1, { erased_at: "2026-03-03T09:00:00Z" }) }))).toBe(false);
    expect(tells(came({ message: message(1, { deleted_at: "2026-03-03T09:00:00Z" }) }))).toBe(false);
  });

  it("is nothing in the quiet hours", () => {
    expect(tells(came(), { isQuietOn: true, quietFrom: "11:00", quietUntil: "13:00" })).toBe(false);
  });
});

describe("the quiet hours", () => {
  const night = { ...DEFAULTS, isQuietOn: true, quietFrom: "20:00", quietUntil: "08:00" };

  it.each([
    ["19:59", false],
    ["20:00", true],
    ["00:00", true],
    ["07:59", true],
    ["08:00", false],
  ])("go over midnight: %s", (time, expected) => {
    expect(isQuiet(night, at(time))).toBe(expected);
    expect(isQuiet({ ...night, isQuietOn: false }, at(time))).toBe(false);
  });

  it("are none from a moment to the same", () => {
    expect(isQuiet({ ...night, quietUntil: "20:00" }, at("20:00"))).toBe(false);
  });
});

describe("what a notice says", () => {
  const nothing = { title: "Chancery", body: "New message" };

  it("is who wrote, where, and how it begins", () => {
    expect(saidOf(came(), false, words)).toEqual({ title: "Анна", body: "Добрый день" });
    const group = conversation({ kind: "group", name: "Кадастр", partner: null });
    expect(saidOf(came({ conversation: group }), false, words).title).toBe("Анна · Кадастр");
    const long = saidOf(
      came({ message: message(1, { body: `${"😀".repeat(119)}ыы\n\nконец` }) }),
      false,
      words,
    );
    expect([...long.body]).toHaveLength(121);
    expect(long.body.endsWith("ы…")).toBe(true);
    expect(saidOf(came({ message: message(1, { body: "" }) }), false, words).body).toBe("0 files");
  });

  it("is nothing of what is under a label, or where that is not wanted", () => {
    expect(saidOf(came(), true, words)).toEqual(nothing);
    expect(saidOf(came({ conversation: conversation({ label: secret }) }), false, words)).toEqual(nothing);
    expect(saidOf(came({ message: message(1, { label: secret }) }), false, words)).toEqual(nothing);
    const category = { ...OPEN, categories: ["budget"] };
    expect(saidOf(came({ message: message(1, { label: category }) }), false, words)).toEqual(nothing);
    const raised = message(1, { notice: { kind: "label_raised", label: secret } });
    expect(saidOf(came({ message: raised }), false, words)).toEqual(nothing);
  });
});
