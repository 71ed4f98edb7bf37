import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { keys } from "../../api/keys";
import { applyMessage, applyRead } from "../../realtime/apply-event";
import { conversation, message, OPEN } from "../../test-data";
import { preferences } from "../settings/preferences";
import { toggleMuted } from "./muted";
import { setNotices } from "./settings";
import { watch } from "./watch";

vi.mock("../../api/session", async (original) => ({
  ...(await original<object>()),
  getSession: () => ({ status: "signed_in", personId: "me" }),
}));

interface Made {
  title: string;
  body: string;
  isClosed: boolean;
  click: () => void;
}

const made: Made[] = [];
let client: QueryClient;
let end: () => void;
let seq = 10;

const settle = () => new Promise((resolve) => setTimeout(resolve, 220));

function arrive(change: Parameters<typeof message>[1] = {}) {
  seq += 1;
  applyMessage(client, "me", message(seq, change));
  return settle();
}

beforeEach(() => {
  made.length = 0;
  class FakeNotification {
    static permission = "granted";
    onclick: (() => void) | null = null;
    made: Made;
    constructor(title: string, { body }: { body: string }) {
      this.made = { title, body, isClosed: false, click: () => this.onclick?.() };
      made.push(this.made);
    }
    close() {
      this.made.isClosed = true;
    }
  }
  vi.stubGlobal("Notification", FakeNotification);
  history.replaceState(null, "", "/");
  preferences.set((all) => ({ ...all, language: "en" }));
  client = new QueryClient();
  client.setQueryData(keys.conversations, [conversation({ last_seq: seq, last_message: message(seq) })]);
  end = watch(client, "me");
});
afterEach(() => {
  end();
  vi.unstubAllGlobals();
});

describe("watching what arrives", () => {
  it("counts in the title, and takes it away when it was read", async () => {
    await arrive();
    expect(document.title).toBe("(1) Chancery");
    await arrive();
    expect(document.title).toBe("(2) Chancery");
    applyRead(client, "c1", seq);
    await settle();
    expect(document.title).toBe("Chancery");
    expect(made.at(-1)?.isClosed).toBe(true);
  });

  it("tells of it, and a click leads there", async () => {
    await arrive({ body: "Good day" });
    expect(made).toMatchObject([{ title: "Анна", body: "Good day" }]);
    made[0]?.click();
    expect(location.pathname).toBe("/conversations/c1");
    expect(made[0]?.isClosed).toBe(true);
  });

  it("says nothing of what is under a label", async () => {
    await arrive({ label: { ...OPEN, level: "secret" } });
    expect(made).toMatchObject([{ title: "Chancery", body: "New message" }]);
  });

  it("tells nothing of what is before one's eyes, or one's own", async () => {
    await arrive({ author: { ...message(1).author, id: "me" } });
    history.replaceState(null, "", "/conversations/c1");
    await arrive();
    expect(made).toEqual([]);
  });

  it("neither counts nor tells of what is muted", async () => {
    toggleMuted("c1");
    await arrive();
    expect(made).toEqual([]);
    expect(document.title).toBe("Chancery");
    toggleMuted("c1");
    expect(document.title).toBe("(1) Chancery");
  });

  it("tells nothing where that is not wanted", async () => {
    setNotices({ level: "off" });
    await arrive();
    setNotices({ level: "all" });
    expect(made).toEqual([]);
  });
});
