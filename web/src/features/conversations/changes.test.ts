import { QueryClient } from "@tanstack/react-query";
import { beforeEach, describe, expect, it, vi } from "vitest";
import * as http from "../../api/client";
import { ApiError } from "../../api/errors";
import { keys } from "../../api/keys";
import type { MessageWindow } from "../../api/messages";
import type { Conversation, Message } from "../../api/types";
import { conversation, denial, message, person } from "../../test-data";
import { beginEdit, endEdit, writeEdit } from "../composer/editing";
import { edits, forgetEdits } from "../composer/edits";
import { deleteMessage, saveEdit } from "./changes";
import { editLast } from "./edit-last";

vi.mock("../../api/client");
const request = vi.mocked(http.request);
let client: QueryClient;

const me = person("me");
const held = () => client.getQueryData<MessageWindow>(keys.messages("c1"))?.messages ?? [];
const open = () => edits.get().c1 ?? [];
const answer = (changed: Message) => new Response(JSON.stringify({ message: changed }));
const edit = { id: "m2", text: " new words ", error: null };

beforeEach(() => {
  forgetEdits();
  request.mockReset();
  client = new QueryClient();
  client.setQueryData<MessageWindow>(keys.messages("c1"), {
    messages: [message(1, { author: me }), message(2, { author: me })],
    from: 1,
    through: 2,
    hasOlder: false,
  });
  client.setQueryData(keys.conversations, [
    conversation({ last_seq: 2, last_message: message(2, { author: me }) }),
  ]);
});

describe("a change", () => {
  it("is shown at once, and then as the server has it", async () => {
    request.mockImplementation(async () => {
      expect(held()[1]?.body).toBe("new words");
      return answer(
        message(2, { author: me, body: "new words", version: 2, edited_at: "2026-03-03T10:00:00Z" }),
      );
    });
    beginEdit("c1", "m2", "text 2");
    await saveEdit(client, "c1", edit);
    expect(request).toHaveBeenCalledWith("PATCH", "/conversations/c1/messages/m2", { body: "new words" });
    expect(held()[1]).toMatchObject({ version: 2, body: "new words" });
    expect(client.getQueryData<Conversation[]>(keys.conversations)?.[0]?.last_message?.body).toBe(
      "new words",
    );
    expect(open()).toEqual([]);
  });

  it("that is refused is taken back, and the text comes back with the sentence", async () => {
    request.mockRejectedValue(new ApiError(409, { code: "change_too_late", message: "Too late." }));
    await saveEdit(client, "c1", edit);
    expect(held()[1]?.body).toBe("text 2");
    expect(open()).toEqual([{ id: "m2", text: " new words ", error: "Too late." }]);
  });

  it("that the policy refuses says why in the reader's language", async () => {
    request.mockRejectedValue(new ApiError(403, { code: "policy_denied", decision: denial }));
    await saveEdit(client, "c1", edit);
    expect([denial.message_ru, denial.message_en]).toContain(open()[0]?.error);
  });

  it("that is refused does not undo what another device changed meanwhile", async () => {
    request.mockImplementation(async () => {
      client.setQueryData<MessageWindow>(keys.messages("c1"), (window) =>
        window ? { ...window, messages: [message(2, { body: "elsewhere", version: 2 })] } : window,
      );
      throw new ApiError(409, { code: "message_changed", message: "Changed." });
    });
    await saveEdit(client, "c1", edit);
    expect(held()[0]?.body).toBe("elsewhere");
  });

  it("that is refused waits beneath the one that was begun since", async () => {
    request.mockImplementation(async () => {
      beginEdit("c1", "m1", "text 1");
      throw ApiError.network();
    });
    await saveEdit(client, "c1", edit);
    expect(open().map((one) => one.id)).toEqual(["m1", "m2"]);
    endEdit("c1", "m1");
    expect(open()).toEqual([{ ...edit, error: "" }]);
  });

  it("goes on where it was left", () => {
    beginEdit("c1", "m2", "text 2");
    writeEdit("c1", "m2", "half of it");
    beginEdit("c1", "m1", "text 1");
    beginEdit("c1", "m2", "text 2");
    expect(open()[0]).toMatchObject({ id: "m2", text: "half of it" });
  });
});

it("what is deleted is what the server leaves of it", async () => {
  request.mockResolvedValue(
    answer(
      message(1, { author: me, body: "", version: 2, deleted_at: "2026-03-03T10:00:00Z", deleted_by: me }),
    ),
  );
  await deleteMessage(client, "c1", "m1");
  expect(held()[0]).toMatchObject({ body: "", deleted_by: { id: "me" } });
});

describe("the Up arrow", () => {
  const press = (minutes: number) => {
    client.setQueryData(keys.me, { me, messages: { edit_minutes: 60, delete_minutes: 60 } });
    client.setQueryData(keys.conversation("c1"), conversation());
    editLast(client, "c1", Date.UTC(2026, 2, 3, 9, 2 + minutes));
  };

  it("begins to change what one said last", () => {
    press(1);
    expect(open()).toEqual([{ id: "m2", text: "text 2", error: null }]);
  });

  it("does nothing when it is too late", () => {
    press(60);
    expect(open()).toEqual([]);
  });
});
