import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { keys } from "../../api/keys";
import type { Conversation } from "../../api/types";
import { I18nProvider } from "../../i18n";
import { conversation } from "../../test-data";
import { preferences } from "../settings/preferences";
import { ReadAll } from "./read-all";
import { ShortcutSheet } from "./sheet";
import { shortcutIds } from "./table";

const post = vi.hoisted(() => vi.fn(() => Promise.resolve()));
vi.mock("../../api/client", () => ({
  post,
  get: vi.fn(),
  request: vi.fn(),
  remove: vi.fn(),
  getBlob: vi.fn(),
}));

beforeEach(() => {
  post.mockClear();
  preferences.set((all) => ({ ...all, language: "en" }));
});
afterEach(cleanup);

describe("the sheet", () => {
  it.each(["en", "ru"] as const)("lists every shortcut of the table in its group, in %s", (language) => {
    preferences.set((all) => ({ ...all, language }));
    render(
      <I18nProvider>
        <ShortcutSheet onClose={() => {}} />
      </I18nProvider>,
    );
    expect(document.querySelectorAll("dt")).toHaveLength(shortcutIds.length);
    expect(screen.getAllByRole("region")).toHaveLength(4);
    for (const term of document.querySelectorAll("dd"))
      expect(term.querySelector("kbd")?.textContent).toBeTruthy();
  });
});

describe("marking all as read", () => {
  const unread = (id: string, seq: number) => conversation({ id, unread_count: 2, last_seq: seq });

  function show(list: Conversation[]) {
    const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
    client.setQueryData(keys.conversations, list);
    const onClose = vi.fn();
    render(
      <QueryClientProvider client={client}>
        <I18nProvider>
          <ReadAll onClose={onClose} />
        </I18nProvider>
      </QueryClientProvider>,
    );
    const counts = () =>
      client.getQueryData<Conversation[]>(keys.conversations)?.map((one) => one.unread_count);
    return { onClose, counts };
  }

  it("asks before, where that is more than one conversation", async () => {
    const { onClose, counts } = show([unread("a", 3), unread("b", 5), conversation({ id: "c" })]);
    expect(screen.getByRole("dialog").textContent).toContain("2 conversations have unread messages");
    expect(post).not.toHaveBeenCalled();
    fireEvent.click(screen.getByRole("button", { name: "Mark as read" }));
    expect(onClose).toHaveBeenCalled();
    await vi.waitFor(() => expect(post).toHaveBeenCalledTimes(2));
    expect(post).toHaveBeenLastCalledWith("/conversations/b/read", { seq: 5 });
    expect(counts()).toEqual([0, 0, 0]);
  });

  it("does one at once", () => {
    const { onClose, counts } = show([unread("a", 3)]);
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(onClose).toHaveBeenCalled();
    expect(post).toHaveBeenCalledWith("/conversations/a/read", { seq: 3 });
    expect(counts()).toEqual([0]);
  });
});
