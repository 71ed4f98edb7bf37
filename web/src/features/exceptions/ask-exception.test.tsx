import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Decision } from "../../api/types";
import { I18nProvider } from "../../i18n";
import { denial, person } from "../../test-data";
import { DenialNotice } from "../composer/denial-notice";
import { preferences } from "../settings/preferences";
import { GrantNote } from "./ask-exception";
import { type Exception, type ExceptionRequest, lastRequestQuery, myGrantsQuery } from "./exceptions";

const MINISTER = "minister";

const request: ExceptionRequest = {
  id: "r1",
  state: "open",
  person: person("officer"),
  target: person(MINISTER),
  approver: "superior",
  waits_for: person("head", "Ирина Соколова"),
  action: "dm.start",
  rule: "D05",
  reason: "Паводок.",
  asked_at: "2026-03-03T08:00:00Z",
  wanted_until: "2026-03-10T08:00:00Z",
  longest_days: 90,
  decided: null,
  exception: null,
  can: ["withdraw"],
};

const grant: Exception = {
  id: "e1",
  kind: "grant",
  state: "active",
  person: person("officer"),
  target: person(MINISTER),
  approver: "superior",
  made_by: person("head", "Ирина Соколова"),
  made_at: "2026-03-03T09:00:00Z",
  reason: "На время паводка.",
  from: "2026-03-03T09:00:00Z",
  until: "2026-03-10T12:00:00Z",
  ended: null,
  can: ["give_up"],
};

function show(last: ExceptionRequest | null, decision = offered) {
  const client = new QueryClient();
  client.setQueryData(lastRequestQuery(MINISTER).queryKey, last);
  client.setQueryData(myGrantsQuery.queryKey, [grant]);
  render(
    <QueryClientProvider client={client}>
      <I18nProvider>
        <DenialNotice decision={decision} personId={MINISTER} />
        <GrantNote personId={MINISTER} />
      </I18nProvider>
    </QueryClientProvider>,
  );
}

const offered: Decision = { ...denial, exception: { approver: "superior", longest_days: 90 } };
const button = (name: string) => screen.queryByRole("button", { name });

beforeEach(() => preferences.set((all) => ({ ...all, language: "en" })));
afterEach(cleanup);

describe("a refusal with an exception", () => {
  it("offers to ask, and asks for a reason first", () => {
    show(null);
    fireEvent.click(button("Ask for an exception") as HTMLElement);
    expect(screen.getByText("Your superior decides, and is told at once.")).toBeTruthy();
    const send = button("Ask") as HTMLButtonElement;
    expect(send.disabled).toBe(true);
    fireEvent.change(screen.getByLabelText(/^Reason/), { target: { value: "Паводок." } });
    expect(send.disabled).toBe(false);
  });

  it("says who is waited for, and offers nothing but to withdraw", () => {
    show(request);
    expect(screen.getByText("You asked for an exception. Waiting for Ирина Соколова.")).toBeTruthy();
    expect(button("Ask for an exception")).toBeNull();
    expect(button("Withdraw the request")).toBeTruthy();
  });

  it("shows why it was refused, and lets one ask again", () => {
    const decided = {
      by: person("head", "Ирина Соколова"),
      at: "2026-03-03T09:00:00Z",
      answer: "Через меня.",
    };
    show({ ...request, state: "refused", decided, can: [] });
    expect(screen.getByText("Ирина Соколова refused the exception: Через меня.")).toBeTruthy();
    expect(button("Ask again")).toBeTruthy();
  });
});

describe("a refusal without one", () => {
  it("offers nothing", () => {
    show(null, denial);
    expect(button("Ask for an exception")).toBeNull();
  });
});

describe("what was granted", () => {
  it("is said where one writes", () => {
    show(null, denial);
    expect(screen.getByRole("status").textContent).toContain("Ирина Соколова granted this contact until");
  });
});
