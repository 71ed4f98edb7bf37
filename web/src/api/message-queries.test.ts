import { QueryClient } from "@tanstack/react-query";
import { beforeEach, expect, it, vi } from "vitest";
import { applyChange, applyMessage, resync } from "../realtime/apply-event";
import { conversation, message } from "../test-data";
import * as http from "./client";
import { keys } from "./keys";
import { messagesQuery } from "./message-queries";
import type { MessageWindow } from "./messages";

vi.mock("./client");
const get = vi.mocked(http.get);
let client: QueryClient;

const page = (...seqs: number[]) => ({
  messages: seqs.map((seq) => message(seq)),
  first_seq: seqs[0] ?? null,
  last_seq: seqs.at(-1) ?? null,
  has_more: false,
});
const seqs = async () =>
  (await client.fetchQuery(messagesQuery(client, "c1"))).messages.map((one) => one.seq);

beforeEach(() => {
  client = new QueryClient();
  client.setQueryData(keys.conversations, [conversation({ last_seq: 0, read_seq: 0 })]);
  get.mockReset();
});

it("a message that is sent while the first page is under way is not lost", async () => {
  get.mockImplementationOnce(async () => {
    // It was stored after the page was read, and before the page is here.
    applyMessage(client, "anna", message(1));
    return page();
  });
  get.mockImplementationOnce(async () => page(1));
  expect(await seqs()).toEqual([1]);
  expect(get).toHaveBeenLastCalledWith("/conversations/c1/messages", { after: 0, limit: 200 });
});

it("what one may not read is asked for once, and not again and again", async () => {
  client.setQueryData(keys.conversations, [conversation({ last_seq: 3, read_seq: 3 })]);
  get.mockImplementation(async (_path, query) => (query && "after" in query ? page() : page(1, 2)));
  expect(await seqs()).toEqual([1, 2]);
  expect(get).toHaveBeenCalledTimes(2);
});

it("what was changed while one was away is read again, as far back as it is held", async () => {
  client.setQueryData<MessageWindow>(keys.messages("c1"), {
    messages: [message(5), message(6)],
    from: 5,
    through: 6,
    hasOlder: true,
  });
  get.mockResolvedValueOnce(page(7));
  await client.invalidateQueries({ queryKey: keys.messages("c1") });
  await seqs();
  expect(get).toHaveBeenLastCalledWith("/conversations/c1/messages", { after: 6, limit: 200 });

  resync(client, "c1");
  const changed = {
    ...page(5, 6, 7),
    messages: [message(5, { body: "new", version: 2 }), message(6), message(7)],
  };
  get.mockResolvedValueOnce(changed);
  expect(await seqs()).toEqual([5, 6, 7]);
  expect(get).toHaveBeenLastCalledWith("/conversations/c1/messages", { after: 4, limit: 200 });
  const window = client.getQueryData<MessageWindow>(keys.messages("c1"));
  expect(window).toMatchObject({ from: 5, through: 7, hasOlder: true, isDoubtful: false });
  expect(window?.messages[0]?.body).toBe("new");
});

it("an answer that is older than what was heard meanwhile does not undo it", async () => {
  client.setQueryData<MessageWindow>(keys.messages("c1"), {
    messages: [message(1)],
    from: 1,
    through: 1,
    hasOlder: false,
  });
  resync(client, "c1");
  get.mockImplementationOnce(async () => {
    applyChange(client, message(1, { body: "newest", version: 3 }));
    return { ...page(1), messages: [message(1, { body: "new", version: 2 })] };
  });
  await seqs();
  expect(client.getQueryData<MessageWindow>(keys.messages("c1"))?.messages[0]?.body).toBe("newest");
});
