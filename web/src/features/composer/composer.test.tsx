import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { keys } from "../../api/keys";
import type { MessageWindow } from "../../api/messages";
import { I18nProvider } from "../../i18n";
import { attachment, denial, LABELS, message, OPEN } from "../../test-data";
import { clearedFor } from "../labels/choices";
import { preferences } from "../settings/preferences";
import { type Attached, setAttached, setRefused } from "./attached";
import { Composer, type ComposerProps } from "./composer";
import { dismissDenial, setDenial } from "./denials";
import { draftOf, replyOf, setDraft, setReply } from "./drafts";
import { edits } from "./edits";

const onSend = vi.fn();

function show(change: Partial<ComposerProps> = {}) {
  const props: ComposerProps = {
    scope: "c1",
    conversationId: null,
    isAllowed: true,
    denial: null,
    place: "/conversations/c1",
    hats: [{ hat: "own", principal: null, until: null }],
    ask: { action: "dm.send" },
    onSend,
    ...change,
  };
  const client = new QueryClient();
  client.setQueryData(keys.labelsAt("/conversations/c1", "own"), {
    policy_id: LABELS.policy_id,
    default: OPEN,
    levels: clearedFor(LABELS, { clearance: { level: "secret", categories: ["budget"] } }),
  });
  client.setQueryData<MessageWindow>(keys.messages("c1"), {
    messages: [message(1)],
    from: 1,
    through: 1,
    hasOlder: false,
  });
  return render(
    <QueryClientProvider client={client}>
      <I18nProvider>
        <Composer {...props} />
      </I18nProvider>
    </QueryClientProvider>,
  );
}

const box = () => screen.getByRole("textbox") as HTMLTextAreaElement;

beforeEach(() => {
  onSend.mockReset();
  preferences.set((all) => ({ ...all, language: "en" }));
  setDraft("c1", "");
  dismissDenial("c1");
});
afterEach(cleanup);

describe("the composer", () => {
  it("sends by Enter and breaks the line by Shift+Enter", () => {
    show();
    fireEvent.change(box(), { target: { value: "good day" } });
    fireEvent.keyDown(box(), { key: "Enter", shiftKey: true });
    expect(onSend).not.toHaveBeenCalled();
    fireEvent.keyDown(box(), { key: "Enter" });
    expect(onSend).toHaveBeenCalledWith({
      body: "good day",
      files: [],
      replyTo: null,
      label: OPEN,
      hat: "own",
      principal: null,
    });
    expect(box().value).toBe("");
  });

  it("offers the labels of the catalogue by their markings, and sends what is chosen", () => {
    show();
    fireEvent.click(screen.getByRole("button", { name: "Label: UNLABELLED" }));
    const levels = screen.getAllByRole("radio");
    expect(levels.map((one) => one.closest("label")?.textContent)).toEqual(["OPEN", "OFFICIAL", "SECRET"]);
    expect(screen.queryByRole("checkbox")).toBeNull();
    fireEvent.click(levels[2] as HTMLElement);
    fireEvent.click(screen.getByRole("checkbox", { name: "Budget" }));
    fireEvent.change(box(), { target: { value: "figures" } });
    fireEvent.keyDown(box(), { key: "Enter" });
    expect(onSend.mock.calls[0]?.[0]).toMatchObject({
      body: "figures",
      label: { level: "secret", categories: ["budget"], parts: [{ en: "BUDGET" }] },
    });
  });

  it("does not send nothing", () => {
    show();
    fireEvent.change(box(), { target: { value: "   " } });
    fireEvent.keyDown(box(), { key: "Enter" });
    expect(onSend).not.toHaveBeenCalled();
  });

  it("shows a fresh denial with rule and way out, keeps the text, and can be dismissed", () => {
    setDraft("c1", "my text");
    setDenial("c1", denial);
    show();
    const notice = screen.getByRole("alert");
    expect(notice.textContent).toContain("Approach the minister through your superior.");
    expect(notice.textContent).toContain("Rule D05");
    expect(screen.getByRole("button", { name: /Марина Орлова/ })).toBeTruthy();
    expect(box().value).toBe("my text");
    fireEvent.click(screen.getByRole("button", { name: "Dismiss" }));
    expect(screen.queryByRole("alert")).toBeNull();
    expect(box().value).toBe("my text");
  });

  it("takes the text along to whomever is chosen instead", () => {
    setDraft("c1", "my text");
    setDenial("c1", denial);
    show();
    fireEvent.click(screen.getByRole("button", { name: /Марина Орлова/ }));
    expect(draftOf("person:head")).toBe("my text");
    expect(draftOf("c1")).toBe("my text");
    setDraft("person:head", "");
  });

  it("is closed with the reason where one may not write, and still keeps the text", () => {
    setDraft("c1", "my text");
    show({ isAllowed: false, denial });
    expect(box().readOnly).toBe(true);
    expect(box().value).toBe("my text");
    expect(screen.getByRole("note").textContent).toContain("Approach the minister");
    expect(screen.queryByRole("button", { name: "Dismiss" })).toBeNull();
    fireEvent.keyDown(box(), { key: "Enter" });
    expect(onSend).not.toHaveBeenCalled();
  });
});

describe("an answer", () => {
  it("shows what it answers, is sent with it, and can be given up by Escape", async () => {
    setReply("c1", "m1");
    show({ conversationId: "c1" });
    await screen.findByText("Answer to Анна");
    expect(screen.getByText("text 1")).toBeTruthy();
    fireEvent.keyDown(box(), { key: "Escape" });
    expect(screen.queryByText("Answer to Анна")).toBeNull();
    act(() => setReply("c1", "m1"));
    fireEvent.change(box(), { target: { value: "yes" } });
    fireEvent.keyDown(box(), { key: "Enter" });
    expect(onSend.mock.calls[0]?.[0]).toMatchObject({ body: "yes", replyTo: "m1" });
    expect(replyOf("c1")).toBeNull();
  });
});

describe("a change", () => {
  it("takes the place of the draft, says why it was refused, and gives the draft back", async () => {
    setDraft("c1", "a draft");
    edits.set(() => ({ c1: [{ id: "m1", text: "half", error: "Too late." }] }));
    show({ conversationId: "c1" });
    const changed = (await screen.findByRole("textbox", {
      name: "The text of the message",
    })) as HTMLTextAreaElement;
    expect(changed.value).toBe("half");
    expect(screen.getByRole("alert").textContent).toBe("Not saved. Too late.");
    fireEvent.change(changed, { target: { value: "" } });
    expect((screen.getByRole("button", { name: "Save" }) as HTMLButtonElement).disabled).toBe(true);
    expect(screen.getByText("Write something, or delete the message")).toBeTruthy();
    fireEvent.keyDown(screen.getByRole("textbox"), { key: "Escape" });
    expect(box().value).toBe("a draft");
  });
});

describe("files in the composer", () => {
  const limits = { max_bytes: 100 * 1024 * 1024, max_per_message: 10 };
  const attaching = { limits, attach: vi.fn() };
  const attached = (change: Partial<Attached>): Attached => ({
    id: "a1",
    name: "Карта.png",
    size: 2048,
    mediaType: "image/png",
    file: null,
    hat: "own",
    status: "uploaded",
    part: 1,
    error: null,
    isDenied: false,
    stored: attachment("f1"),
    ...change,
  });
  const press = () => fireEvent.keyDown(box(), { key: "Enter" });

  afterEach(() => {
    setAttached("c1", []);
    setRefused("c1", []);
  });

  it("are chosen by a button, which is there where the server takes files", () => {
    show();
    expect(screen.queryByRole("button", { name: "Attach files" })).toBeNull();
    cleanup();
    const { container } = show({ attaching });
    expect(screen.getByRole("button", { name: "Attach files" })).toBeTruthy();
    const chosen = new File(["x"], "x.txt");
    fireEvent.change(container.querySelector("input[type=file]") as HTMLElement, {
      target: { files: [chosen] },
    });
    expect(attaching.attach).toHaveBeenCalledWith([chosen]);
  });

  it("may go out without a word", async () => {
    setAttached("c1", [attached({})]);
    show({ attaching });
    expect(await screen.findByRole("list", { name: "Files to be sent" })).toBeTruthy();
    press();
    expect(onSend.mock.calls[0]?.[0]).toMatchObject({ body: "", files: [{ id: "f1" }] });
    expect(screen.queryByRole("list", { name: "Files to be sent" })).toBeNull();
  });

  it("keep the message back while they are on their way, and say why", async () => {
    setAttached("c1", [attached({ status: "uploading", part: 0.5, stored: null })]);
    setDraft("c1", "see this");
    show({ attaching });
    const bar = await screen.findByRole("progressbar", { name: "Upload of Карта.png" });
    expect(bar.getAttribute("aria-valuenow")).toBe("50");
    const send = screen.getByRole("button", { name: "Send" });
    expect(send.getAttribute("aria-disabled")).toBe("true");
    const reason = document.getElementById(send.getAttribute("aria-describedby") ?? "");
    expect(reason?.textContent).toBe("The files are still being uploaded");
    press();
    fireEvent.click(send);
    expect(onSend).not.toHaveBeenCalled();
    fireEvent.click(screen.getByRole("button", { name: "Cancel the upload of Карта.png" }));
    press();
    expect(onSend).toHaveBeenCalledTimes(1);
  });

  it("say in the server's words why one failed, and can be removed", async () => {
    setAttached("c1", [attached({ status: "failed", error: "There is malware in it.", stored: null })]);
    show({ attaching });
    expect((await screen.findByRole("alert")).textContent).toBe("There is malware in it.");
    expect(screen.getByRole("button", { name: "Upload Карта.png again" })).toBeTruthy();
    press();
    expect(onSend).not.toHaveBeenCalled();
    fireEvent.click(screen.getByRole("button", { name: "Remove Карта.png" }));
    expect(screen.queryByText("There is malware in it.")).toBeNull();
  });

  it("tell the limit that one is beyond", async () => {
    setRefused("c1", [{ why: "tooLarge", name: "Архив.zip", size: 200 * 1024 * 1024 }]);
    show({ attaching });
    expect((await screen.findByRole("alert")).textContent).toBe(
      "“Архив.zip” is too large: it has 200 MB, and the files of a message may have 100 MB together.",
    );
    fireEvent.click(screen.getByRole("button", { name: "Dismiss" }));
    expect(screen.queryByRole("alert")).toBeNull();
  });
});
