import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as http from "../../api/client";
import { ApiError } from "../../api/errors";
import { keys } from "../../api/keys";
import { I18nProvider } from "../../i18n";
import { searchEn } from "../../i18n/search-en";
import { searchRu } from "../../i18n/search-ru";
import { attachment, conversation, message, OPEN, person } from "../../test-data";
import { preferences } from "../settings/preferences";
import { SearchPage } from "./search-page";

vi.mock("../../api/client");
const get = vi.mocked(http.get);

const ANNA = "0198c2f0-1111-7222-8333-944455556666";
const ROOM = "0198c2f0-1111-7222-8333-944455557777";
const anna = person(ANNA, "Анна Каренина");
const room = conversation({ id: ROOM, kind: "group", name: "Штаб", partner: null, partner_name: null });

function found(seq: number, hit: string, change: Parameters<typeof message>[1] = {}) {
  const excerpt = [
    { text: "say ", is_hit: false },
    { text: hit, is_hit: true },
  ];
  return { message: message(seq, { conversation_id: ROOM, author: anna, ...change }), excerpt };
}

/** What the server says to a search; the rest it is asked for as well. */
let answer: (query: Record<string, unknown>) => unknown;
const searches = () => get.mock.calls.filter(([path]) => path === "/messages").map(([, query]) => query);

function show(address = "/search") {
  history.replaceState(null, "", address);
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  client.setQueryData(keys.conversations, [room, conversation({ id: "c1" })]);
  client.setQueryData(keys.me, { me: person("me", "Я Сам") });
  return render(
    <QueryClientProvider client={client}>
      <I18nProvider>
        <SearchPage />
      </I18nProvider>
    </QueryClientProvider>,
  );
}

const field = () => screen.getByRole("combobox", { name: "Search messages" }) as HTMLInputElement;
const type = (value: string) => fireEvent.change(field(), { target: { value } });
const press = (key: string) => fireEvent.keyDown(document.activeElement ?? document.body, { key });

beforeEach(() => {
  preferences.set((all) => ({ ...all, language: "en" }));
  answer = () => ({ messages: [], next: null });
  get.mockReset().mockImplementation(async (path, query) => {
    if (path === "/messages") return answer(query ?? {}) as never;
    if (path === "/people") return { people: [anna], next: null } as never;
    return { person: anna } as never;
  });
});
afterEach(cleanup);

describe("the search", () => {
  it("asks once typing stands still, and the address says what for", async () => {
    answer = () => ({
      messages: [
        found(7, "orders", {
          files: [attachment("f", { name: "Смета.pdf" })],
          label: { ...OPEN, level: "secret", marking: { ...OPEN.marking, en: "SECRET" } },
        }),
      ],
      next: null,
    });
    show();
    type("or");
    type("orde");
    const link = await screen.findByRole("link", { name: /Анна Каренина/ });
    expect(searches()).toHaveLength(1);
    expect(location.search).toBe("?query=orde");
    expect(link.getAttribute("href")).toBe(`/conversations/${ROOM}?at=7`);
    expect(link.querySelector("mark")?.textContent).toBe("orders");
    for (const text of ["Штаб", "Смета.pdf", "SECRET"]) expect(within(link).getByText(text)).toBeTruthy();
    expect(screen.getByText("1 message")).toBeTruthy();
  });

  it("is walked through by the arrows, and Escape goes back to the field", async () => {
    answer = () => ({ messages: [found(2, "b"), found(1, "a")], next: null });
    show("/search?query=x");
    const [first, second] = await screen.findAllByRole("link", { name: /Каренина/ });
    expect(document.activeElement).toBe(field());
    press("ArrowDown");
    expect(document.activeElement).toBe(first);
    press("ArrowDown");
    expect(document.activeElement).toBe(second);
    press("Escape");
    expect(document.activeElement).toBe(field());
  });

  it("goes on to older ones", async () => {
    answer = ({ cursor }) =>
      cursor ? { messages: [found(1, "a")], next: null } : { messages: [found(2, "b")], next: "on" };
    show("/search?query=x");
    await screen.findByText("The newest message; there are more");
    fireEvent.click(screen.getByRole("button", { name: /more/i }));
    await screen.findByText("2 messages");
  });

  it("makes a chip of who was chosen, and takes it away again", async () => {
    show("/search?query=orders");
    type("orders from:кар");
    const option = await screen.findByRole("option", { name: /Анна Каренина.*Специалист · Отдел/ });
    fireEvent.click(option);
    expect(location.search).toBe(`?query=orders&from=${ANNA}`);
    expect(field().value).toBe("orders");
    expect(await screen.findByText("From: Анна Каренина")).toBeTruthy();
    await vi.waitFor(() => expect(searches().at(-1)).toMatchObject({ query: "orders", person_id: ANNA }));
    fireEvent.click(screen.getByRole("button", { name: "Remove “From: Анна Каренина”" }));
    expect(location.search).toBe("?query=orders");
  });

  it("asks from the day after `after`, up to `before`, with files", async () => {
    show();
    type("has:file after:2026-03-01 before:2026-03-05 x");
    expect(field().value).toBe("x");
    await vi.waitFor(() =>
      expect(searches()).toMatchObject([
        {
          query: "x",
          from: new Date(2026, 2, 2).toISOString(),
          until: new Date(2026, 2, 5).toISOString(),
          with_files: "true",
        },
      ]),
    );
    type("");
    fireEvent.keyDown(field(), { key: "Backspace" });
    expect(location.search).not.toContain("has=");
  });

  it("follows the address, as Back moves it", async () => {
    show(`/search?query=orders&in=${ROOM}`);
    expect(field().value).toBe("orders");
    expect(screen.getByText("In: Штаб")).toBeTruthy();
    history.replaceState(null, "", "/search?query=memo");
    fireEvent(window, new PopStateEvent("popstate"));
    expect(field().value).toBe("memo");
    expect(screen.queryByText("In: Штаб")).toBeNull();
  });

  it("teaches, and says what to try where nothing is found", async () => {
    show();
    fireEvent.click(screen.getByRole("button", { name: /draft order/ }));
    expect(field().value.trim()).toBe('"draft order"');
    await screen.findByRole("heading", { name: "Nothing found" });
    expect(screen.queryByRole("button", { name: /without what narrows/ })).toBeNull();
    cleanup();
    show("/search?query=x&has=file");
    fireEvent.click(await screen.findByRole("button", { name: /without what narrows/ }));
    expect(location.search).toBe("?query=x");
  });

  it("does not call it nothing where older ones were not looked at", async () => {
    answer = () => ({ messages: [], next: "on" });
    show("/search?query=x");
    await screen.findByText("Nothing among the newest messages");
    expect(screen.queryByText("Nothing found")).toBeNull();
    expect(screen.getByRole("button", { name: /more/i })).toBeTruthy();
  });

  it("says when to come back", async () => {
    const detail = { code: "too_many_questions", message: "Too many questions.", retry_after_seconds: 2 };
    answer = () => Promise.reject(new ApiError(429, detail as never));
    show("/search?query=x");
    await screen.findByText("Too many questions.");
    expect(screen.getByText("It can be asked again in 2 seconds.")).toBeTruthy();
  });
});

describe("its two dictionaries", () => {
  it("say the same, and Russian numbers have their four forms", () => {
    expect(Object.keys(searchRu).sort()).toEqual(Object.keys(searchEn).sort());
    const names = (text: string) => [...new Set(text.match(/\{\w+[,}]/g))].sort();
    for (const [id, text] of Object.entries(searchRu)) {
      expect(
        names(text).filter((name) => name.endsWith(",")),
        id,
      ).toEqual(names(searchEn[id as keyof typeof searchEn]).filter((name) => name.endsWith(",")));
      if (text.includes("plural"))
        for (const form of ["one", "few", "many", "other"]) expect(text).toContain(`${form} {`);
    }
  });
});
