import { QueryClient } from "@tanstack/react-query";
import { beforeEach, expect, it, vi } from "vitest";
import { applyMessage } from "../realtime/apply-event";
import { conversation, message } from "../test-data";
import * as http from "./client";
import { keys } from "./keys";
import { messagesQuery } from "./queries";

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
