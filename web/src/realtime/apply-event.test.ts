import { QueryClient } from "@tanstack/react-query";
import { beforeEach, describe, expect, it } from "vitest";
import { keys } from "../api/keys";
import type { MessageWindow } from "../api/messages";
import type { Conversation, Message } from "../api/types";
import { conversation, message, person } from "../test-data";
import { applyEvent, catchUp, resumeMap } from "./apply-event";

const ME = "me";
let client: QueryClient;
const list = () => client.getQueryData<Conversation[]>(keys.conversations) ?? [];
const seqs = () => client.getQueryData<MessageWindow>(keys.messages("c1"))?.messages.map((one) => one.seq);
const isStale = (key: readonly unknown[]) => client.getQueryState(key)?.isInvalidated;
const arrive = (one: Message) =>
  applyEvent(client, ME, {
    event: "message.created",
    conversation_id: one.conversation_id,
    seq: one.seq,
    data: one,
  });

beforeEach(() => {
  client = new QueryClient();
  client.setQueryData(keys.conversations, [conversation({ last_seq: 2, read_seq: 2 })]);
  client.setQueryData<MessageWindow>(keys.messages("c1"), {
    messages: [message(1), message(2)],
    from: 1,
    through: 2,
    hasOlder: false,
  });
});

describe("message.created", () => {
  it("goes to the end and counts as unread", () => {
    arrive(message(3));
    expect(seqs()).toEqual([1, 2, 3]);
    expect(list()[0]).toMatchObject({ last_seq: 3, unread_count: 1, last_message: { seq: 3 } });
  });

  it("is counted once, however often it comes", () => {
    arrive(message(3));
    arrive(message(3));
    expect(seqs()).toEqual([1, 2, 3]);
    expect(list()[0]?.unread_count).toBe(1);
  });

  it("of one's own is read already", () => {
    arrive(message(3, { author: person(ME) }));
    expect(list()[0]).toMatchObject({ unread_count: 0, read_seq: 3 });
  });

  it("beyond a gap is not put in but fetched", () => {
    arrive(message(5));
    expect(seqs()).toEqual([1, 2]);
    expect(isStale(keys.messages("c1"))).toBe(true);
    expect(list()[0]).toMatchObject({ last_seq: 5, unread_count: 1 });
  });

  it("of somebody whom one could not answer has it asked anew whether one may", () => {
    const key = keys.conversation("c1");
    client.setQueryData(key, conversation({ kind: "direct", can: ["post"] }));
    arrive(message(3));
    expect(isStale(key)).toBe(false);
    client.setQueryData(key, conversation({ kind: "direct", can: [] }));
    arrive(message(4));
    expect(isStale(key)).toBe(true);
  });

  it("of an unknown conversation makes the list be read again", () => {
    arrive(message(1, { conversation_id: "c2" }));
    expect(isStale(keys.conversations)).toBe(true);
  });
});

describe("message.edited and message.deleted", () => {
  const change = (event: "message.edited" | "message.deleted", one: Message) =>
    applyEvent(client, ME, { event, conversation_id: one.conversation_id, data: one });
  const held = (seq: number) =>
    client.getQueryData<MessageWindow>(keys.messages("c1"))?.messages.find((one) => one.seq === seq);

  it("change the message where it is shown, and count nothing", () => {
    client.setQueryData(keys.conversations, [
      conversation({ last_seq: 2, read_seq: 2, last_message: message(2) }),
    ]);
    change("message.edited", message(2, { body: "new", version: 2 }));
    expect(held(2)?.body).toBe("new");
    expect(list()[0]).toMatchObject({ last_seq: 2, unread_count: 0, last_message: { body: "new" } });
    change("message.deleted", message(1, { body: "", version: 2, deleted_at: "2026-03-03T10:00:00Z" }));
    expect(held(1)?.deleted_at).toBe("2026-03-03T10:00:00Z");
    expect(list()[0]?.last_message?.seq).toBe(2);
  });

  it("that come late do not bring an older version back", () => {
    change("message.edited", message(2, { body: "third", version: 3 }));
    change("message.edited", message(2, { body: "second", version: 2 }));
    expect(held(2)?.body).toBe("third");
  });

  it("of what is not held change nothing", () => {
    change("message.edited", message(9, { body: "new", version: 2 }));
    expect(seqs()).toEqual([1, 2]);
  });

  it("may have been missed with the connection: what is held is in doubt until it is read again", () => {
    catchUp(client);
    expect(client.getQueryData<MessageWindow>(keys.messages("c1"))?.isDoubtful).toBe(true);
    expect(isStale(keys.messages("c1"))).toBe(true);
  });
});

describe("the other events", () => {
  it("conversation.read moves the pointer forward only", () => {
    arrive(message(3));
    arrive(message(4));
    applyEvent(client, ME, { event: "conversation.read", conversation_id: "c1", data: { seq: 3 } });
    expect(list()[0]).toMatchObject({ read_seq: 3, unread_count: 1 });
    applyEvent(client, ME, { event: "conversation.read", conversation_id: "c1", data: { seq: 1 } });
    expect(list()[0]).toMatchObject({ read_seq: 3, unread_count: 1 });
  });

  it("conversation.removed takes it and its messages away", () => {
    applyEvent(client, ME, { event: "conversation.removed", conversation_id: "c1", data: {} });
    expect(list()).toEqual([]);
    expect(client.getQueryData(keys.messages("c1"))).toBeUndefined();
  });

  it("conversation.updated keeps what the event does not carry, and asks for it anew", () => {
    client.setQueryData(keys.conversation("c1"), conversation());
    const { can: _can, denial: _denial, ...view } = conversation({ name: "Новое имя" });
    applyEvent(client, ME, { event: "conversation.updated", conversation_id: "c1", data: view });
    expect(client.getQueryData<Conversation>(keys.conversation("c1"))).toMatchObject({
      name: "Новое имя",
      can: ["post"],
    });
    expect(isStale(keys.conversation("c1"))).toBe(true);
  });

  it("org.changed and policy.changed make what depends on them be read again", () => {
    client.setQueryData(keys.colleagues, {});
    client.setQueryData(keys.person("anna"), {});
    applyEvent(client, ME, { event: "policy.changed", data: { policy_version: 2 } });
    expect(isStale(keys.person("anna"))).toBe(true);
    expect(isStale(keys.colleagues)).toBe(false);
    applyEvent(client, ME, { event: "org.changed", data: { org_version: 2 } });
    expect(isStale(keys.colleagues)).toBe(true);
  });

  it("exception.changed makes the lists and what one may do be read again", () => {
    client.setQueryData([...keys.exceptions, "grants"], []);
    client.setQueryData(keys.person("anna"), {});
    client.setQueryData(keys.colleagues, {});
    applyEvent(client, ME, { event: "exception.changed", data: { request_id: "r1", exception_id: null } });
    expect(isStale([...keys.exceptions, "grants"])).toBe(true);
    expect(isStale(keys.person("anna"))).toBe(true);
    expect(isStale(keys.colleagues)).toBe(false);
  });
});

describe("the resume map", () => {
  it("says how far the messages are known, or else the list", () => {
    client.setQueryData(keys.conversations, [
      conversation({ last_seq: 9 }),
      conversation({ id: "c2", last_seq: 4 }),
    ]);
    expect(resumeMap(client)).toEqual({ c1: 2, c2: 4 });
  });
});
