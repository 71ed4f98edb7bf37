import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as http from "../../api/client";
import { ApiError } from "../../api/errors";
import { keys } from "../../api/keys";
import type { MessageWindow } from "../../api/messages";
import { endSession } from "../../api/session";
import type { Attachment, Message } from "../../api/types";
import { attachment, conversation, denial, message, OPEN, person } from "../../test-data";
import { attachedTo, takeUploaded } from "./attached";
import { draftOf, openDrafts, replyOf, setDraft, setReply } from "./drafts";
import { discard, enqueue, newClientId, openOutbox, outbox, retry } from "./outbox";

vi.mock("../../api/client");
const post = vi.mocked(http.post);
const removeAt = vi.mocked(http.remove);
let client: QueryClient;
let owner = 0;

const write = (body: string, files: Attachment[] = []) =>
  enqueue({ conversationId: "c1", body, files, replyTo: null, label: OPEN, hat: "own", principal: null });
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
const statuses = () => outbox.get().map((item) => item.status);

beforeEach(() => {
  client = new QueryClient();
  client.setQueryData(keys.conversations, [conversation()]);
  client.setQueryData<MessageWindow>(keys.messages("c1"), {
    messages: [],
    from: 0,
    through: 0,
    hasOlder: false,
  });
  owner += 1;
  openDrafts(`me${owner}`);
  openOutbox(client, `me${owner}`);
  post.mockReset();
  removeAt.mockReset().mockResolvedValue();
});

afterEach(() => {
  for (const item of outbox.get()) discard(item.clientId);
});

function answerWith(seq: number) {
  return async (_path: string, body: unknown) => {
    const sent = body as { client_id: string; body: string };
    return {
      message: message(seq, { client_id: sent.client_id, body: sent.body, author: person(`me${owner}`) }),
    };
  };
}

describe("sending", () => {
  it("shows the message at once, and replaces it by the stored one", async () => {
    post.mockImplementation(answerWith(1));
    write("привет");
    expect(statuses()).toEqual(["sending"]);
    await settle();
    expect(outbox.get()).toEqual([]);
    expect(client.getQueryData<MessageWindow>(keys.messages("c1"))?.messages.map((one) => one.body)).toEqual([
      "привет",
    ]);
  });

  it("sends one after another, in order", async () => {
    const release: (() => void)[] = [];
    let seq = 0;
    post.mockImplementation(async (path, body) => {
      await new Promise<void>((resolve) => release.push(resolve));
      seq += 1;
      return answerWith(seq)(path, body);
    });
    write("first");
    write("second");
    await settle();
    expect(post).toHaveBeenCalledTimes(1);
    release[0]?.();
    await settle();
    expect(post).toHaveBeenCalledTimes(2);
    expect((post.mock.calls[1]?.[1] as Message).body).toBe("second");
    release[1]?.();
    await settle();
  });
});

describe("a denial", () => {
  it("keeps the text, in front of what was typed since", async () => {
    post.mockRejectedValue(new ApiError(403, { code: "policy_denied", decision: denial }));
    write("важный текст");
    setDraft("c1", "и ещё");
    await settle();
    expect(outbox.get()).toEqual([]);
    expect(draftOf("c1")).toBe("важный текст\nи ещё");
  });
});

describe("an answer", () => {
  it("names what it answers, also when it is sent again", async () => {
    post.mockRejectedValueOnce(ApiError.network());
    enqueue({
      conversationId: "c1",
      body: "yes",
      files: [],
      replyTo: "m7",
      label: OPEN,
      hat: "own",
      principal: null,
    });
    await settle();
    post.mockImplementation(answerWith(1));
    retry("c1");
    await settle();
    expect(post.mock.calls.map((call) => (call[1] as { reply_to?: string }).reply_to)).toEqual(["m7", "m7"]);
  });

  it("that is denied is still one", async () => {
    post.mockRejectedValue(new ApiError(403, { code: "policy_denied", decision: denial }));
    enqueue({
      conversationId: "c1",
      body: "yes",
      files: [],
      replyTo: "m7",
      label: OPEN,
      hat: "own",
      principal: null,
    });
    await settle();
    expect(replyOf("c1")).toBe("m7");
    setReply("c1", null);
  });

  it("is kept in this browser by its id alone, until somebody signs out", () => {
    setReply("c1", "m7");
    expect(localStorage.getItem(`chancery.replies.me${owner}`)).toBe('{"c1":"m7"}');
    openDrafts("somebody-else");
    expect(replyOf("c1")).toBeNull();
    openDrafts(`me${owner}`);
    expect(replyOf("c1")).toBe("m7");
    endSession("signed_out");
    openDrafts(`me${owner}`);
    expect(replyOf("c1")).toBeNull();
  });
});

describe("files", () => {
  const map = attachment("map");
  const sentFiles = () => post.mock.calls.map((call) => (call[1] as { file_ids?: string[] }).file_ids);

  it("go out by their ids, also without a word, and are shown meanwhile", async () => {
    post.mockImplementation(answerWith(1));
    write("", [map, attachment("list")]);
    expect(outbox.get()[0]?.files.map((file) => file.id)).toEqual(["map", "list"]);
    write("words alone");
    await settle();
    await settle();
    expect(sentFiles()).toEqual([["map", "list"], undefined]);
  });

  it("are sent again with their message", async () => {
    post.mockRejectedValueOnce(ApiError.network());
    write("", [map]);
    await settle();
    expect(outbox.get()).toMatchObject([{ status: "waiting", files: [map] }]);
    post.mockImplementation(answerWith(1));
    retry("c1");
    await settle();
    expect(sentFiles()).toEqual([["map"], ["map"]]);
  });

  it("come back above the text where their message is denied", async () => {
    post.mockRejectedValue(new ApiError(403, { code: "policy_denied", decision: denial }));
    write("see this", [map]);
    await settle();
    expect(attachedTo("c1")).toMatchObject([{ status: "uploaded", stored: map }]);
    expect(removeAt).not.toHaveBeenCalled();
    takeUploaded("c1");
  });

  it("are taken back from the server with a message that is given up", async () => {
    post.mockRejectedValue(new ApiError(413, { code: "file_too_large", message: "Too large." }));
    write("", [map]);
    await settle();
    discard(outbox.get()[0]?.clientId ?? "");
    expect(removeAt).toHaveBeenCalledWith("/files/map");
  });

  it("are none in what an earlier version kept", () => {
    localStorage.setItem("chancery.outbox.early", JSON.stringify([{ clientId: "x", body: "kept" }]));
    openOutbox(client, "early");
    expect(outbox.get()).toMatchObject([{ body: "kept", files: [] }]);
  });
});

describe("a lost connection", () => {
  it("keeps everything in order and sends it again under the same id", async () => {
    post.mockRejectedValueOnce(ApiError.network());
    write("first");
    write("second");
    await settle();
    expect(statuses()).toEqual(["waiting", "waiting"]);
    const firstId = outbox.get()[0]?.clientId;
    let seq = 0;
    post.mockImplementation((path, body) => {
      seq += 1;
      return answerWith(seq)(path, body);
    });
    retry("c1");
    await settle();
    await settle();
    expect(outbox.get()).toEqual([]);
    expect(post.mock.calls.map((call) => (call[1] as { body: string }).body)).toEqual([
      "first",
      "first",
      "second",
    ]);
    expect((post.mock.calls[1]?.[1] as { client_id: string }).client_id).toBe(firstId);
  });

  it("survives closing the page, and then waits to be told", async () => {
    post.mockRejectedValue(ApiError.network());
    write("не потерять");
    await settle();
    const kept = localStorage.getItem(`chancery.outbox.me${owner}`);
    localStorage.setItem("chancery.outbox.other", kept ?? "");
    openOutbox(client, "other");
    expect(outbox.get()).toMatchObject([{ body: "не потерять", status: "failed" }]);
  });
});

describe("a client id", () => {
  it("is a random UUID", () => {
    expect(newClientId()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(newClientId()).not.toBe(newClientId());
  });
});

describe("leaving", () => {
  it("forgets what was begun when somebody signs out, and keeps it when they only have to sign in again", () => {
    setDraft("c1", "a draft");
    endSession("expired");
    openDrafts("somebody-else");
    openDrafts(`me${owner}`);
    expect(draftOf("c1")).toBe("a draft");

    endSession("signed_out");
    openDrafts(`me${owner}`);
    expect(draftOf("c1")).toBe("");
    expect(outbox.get()).toEqual([]);
  });
});
