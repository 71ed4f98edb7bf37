import { QueryClient } from "@tanstack/react-query";
import { afterEach, describe, expect, it, vi } from "vitest";
import * as http from "../../api/client";
import type { MessagePage } from "../../api/types";
import { message } from "../../test-data";
import { around, joined, readOn, type WindowAt, windowAtQuery } from "./window-at";

vi.mock("../../api/client");
const get = vi.mocked(http.get);
afterEach(() => get.mockReset());

const page = (seqs: number[], has_more: boolean): MessagePage => ({
  messages: seqs.map((seq) => message(seq)),
  first_seq: seqs[0] ?? null,
  last_seq: seqs.at(-1) ?? null,
  has_more,
});
const seqsOf = (window: WindowAt) => window.messages.map((one) => one.seq);

/** A server with this many messages, the last ones of which were not there at first. */
function serve(last: () => number) {
  get.mockImplementation(async (_path, query) => {
    const { before, after, limit } = query as { before?: number; after?: number; limit: number };
    const all = Array.from({ length: last() }, (_, index) => index + 1);
    const there = all.filter((seq) => (before ? seq < before : seq > (after ?? 0)));
    const some = before ? there.slice(-limit) : there.slice(0, limit);
    return page(some, some.length < there.length) as never;
  });
}

describe("the messages around one", () => {
  it("are those before it, itself, and those after it", () => {
    const window = around(5, page([3, 4, 5], true), page([6, 7], false));
    expect(seqsOf(window)).toEqual([3, 4, 5, 6, 7]);
    expect(window).toMatchObject({ from: 3, through: 7, hasOlder: true, hasNewer: false });
  });

  it("are none where nothing may be read", () => {
    const window = around(5, page([], false), page([], false));
    expect(window).toMatchObject({ messages: [], hasOlder: false, hasNewer: false });
  });

  it("go on in both directions", () => {
    const window = around(5, page([4, 5], true), page([6], true));
    const older = joined(window, page([2, 3], false), "older");
    expect(older).toMatchObject({ from: 2, through: 6, hasOlder: false, hasNewer: true });
    const whole = joined(older, page([7, 8], false), "newer");
    expect(whole).toMatchObject({ from: 2, through: 8, hasOlder: false, hasNewer: false });
    expect(seqsOf(whole)).toEqual([2, 3, 4, 5, 6, 7, 8]);
  });

  it("are read on page by page, and read again as far as they were", async () => {
    let last = 500;
    serve(() => last);
    const client = new QueryClient();
    const query = windowAtQuery(client, "c1", 250);
    // Somebody looks at it.
    client.setQueryDefaults(query.queryKey, { gcTime: 60_000 });
    const read = () => client.fetchQuery({ ...query, gcTime: 60_000, staleTime: 0 });
    expect(await read()).toMatchObject({ from: 211, through: 290, hasOlder: true, hasNewer: true });
    await readOn(client, "c1", 250, "older");
    await readOn(client, "c1", 250, "newer");
    expect(client.getQueryData(query.queryKey)).toMatchObject({ from: 171, through: 330 });
    last = 340;
    const again = await read();
    expect(again).toMatchObject({ from: 171, through: 340, hasOlder: true, hasNewer: false });
    expect(seqsOf(again)).toHaveLength(170);
  });
});
