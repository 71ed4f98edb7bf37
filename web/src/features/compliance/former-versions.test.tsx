import { render } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { MessageVersion } from "../../api/types";
import { I18nProvider } from "../../i18n";
import { message, person } from "../../test-data";
import { preferences } from "../settings/preferences";
import { FormerVersions, versionsOf } from "./former-versions";

const former = (version: number, change: Partial<MessageVersion> = {}): MessageVersion => ({
  conversation_id: "c1",
  seq: 1,
  version,
  body: `said ${version}`,
  files: [],
  until_at: "2026-03-03T10:00:00Z",
  ...change,
});

const show = (shown: Parameters<typeof FormerVersions>[0]["message"], versions: MessageVersion[]) => {
  preferences.set((all) => ({ ...all, language: "en" }));
  return render(
    <I18nProvider>
      <FormerVersions message={shown} versions={versions} caseId="case" />
    </I18nProvider>,
  ).container;
};

describe("what a message said before, on the pages of a case", () => {
  it("is told from what others said", () => {
    const all = [former(2), former(1), former(1, { seq: 2 }), former(1, { conversation_id: "c2" })];
    expect(versionsOf(message(1), all).map((one) => one.version)).toEqual([1, 2]);
  });

  it("of a deleted one is read at once, with when and by whom", () => {
    const deleted = message(1, {
      body: "",
      version: 3,
      deleted_at: "2026-03-03T10:00:00Z",
      deleted_by: person("boss", "Марина"),
    });
    const page = show(deleted, [former(1), former(2)]);
    expect(page.querySelector(":scope > .case-message-body")?.textContent).toBe("said 2");
    expect(page.querySelector(".case-message-deleted")?.textContent).toMatch(/^deleted Mar.*by Марина$/);
    expect(page.querySelector("summary")?.textContent).toBe("What it said before: 1 version");
    expect(page.querySelector("details .case-message-body")?.textContent).toBe("said 1");
  });

  it("of a changed one opens when it is wanted", () => {
    const page = show(message(1, { version: 2, edited_at: "2026-03-03T10:00:00Z" }), [former(1)]);
    expect(page.querySelector(":scope > .case-message-body")).toBeNull();
    expect(page.querySelector("details")?.open).toBe(false);
  });
});
