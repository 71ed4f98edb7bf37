import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as http from "../../api/client";
import { ApiError } from "../../api/errors";
import { endSession } from "../../api/session";
import * as transfer from "../../api/transfer";
import type { Attachment } from "../../api/types";
import { attachment, denial } from "../../test-data";
import { attachedTo, openAttached, restoreAttached, setRefused, takeUploaded } from "./attached";
import { setDenial } from "./denials";
import { attach, detach, sift, tryAgain } from "./uploads";

vi.mock("../../api/client");
vi.mock("../../api/transfer");
vi.mock("./denials", { spy: true });
const upload = vi.mocked(transfer.upload);
const removeAt = vi.mocked(http.remove);

interface Started {
  path: string;
  progress: (part: number) => void;
  signal: AbortSignal;
  answer: (file: Attachment) => void;
  fail: (error: ApiError) => void;
}

const LIMITS = { max_bytes: 1000, max_per_message: 3 };
let started: Started[] = [];

const file = (name: string, size = 10) => new File([new Uint8Array(size)], name, { type: "text/plain" });
function take(files: File[], folders: string[] = []) {
  const { fitting, refused } = sift("c1", files, LIMITS, folders);
  attach("c1", "own", fitting);
  return refused.map((one) => [one.why, one.name]);
}
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
const statuses = () => attachedTo("c1").map((one) => one.status);
const idOf = (index: number) => attachedTo("c1")[index]?.id ?? "";

beforeEach(() => {
  started = [];
  setRefused("c1", []);
  removeAt.mockReset().mockResolvedValue();
  upload.mockReset().mockImplementation(
    (path, _file, { onProgress, signal }) =>
      new Promise((resolve, reject) => {
        started.push({
          path,
          signal,
          progress: onProgress,
          answer: (stored) => resolve({ file: stored } as never),
          fail: reject,
        });
        signal.addEventListener("abort", () => reject(ApiError.network()));
      }),
  );
});

afterEach(async () => {
  for (const one of attachedTo("c1")) detach("c1", one.id);
  await settle();
});

describe("uploads", () => {
  it("go out two at a time, and tell how far they are", async () => {
    take([file("a"), file("b"), file("c")]);
    expect(statuses()).toEqual(["uploading", "uploading", "waiting"]);
    started[0]?.progress(0.4);
    expect(attachedTo("c1")[0]?.part).toBe(0.4);
    started[1]?.answer(attachment("b"));
    await settle();
    expect(statuses()).toEqual(["uploading", "uploaded", "uploading"]);
    expect(started).toHaveLength(3);
  });

  it("say where they go, under which name and in which hat", () => {
    attach("c1", "acting:p1", [file("Отчёт & план.txt")]);
    const [address, query] = (started[0]?.path ?? "").split("?");
    expect(address).toBe("/conversations/c1/files");
    expect([...new URLSearchParams(query)]).toEqual([
      ["name", "Отчёт & план.txt"],
      ["hat", "acting:p1"],
    ]);
  });

  it("are stopped when they are taken away, and the next takes the place", async () => {
    take([file("a"), file("b"), file("c")]);
    detach("c1", idOf(0));
    await settle();
    expect(started[0]?.signal.aborted).toBe(true);
    expect(attachedTo("c1").map((one) => one.name)).toEqual(["b", "c"]);
    expect(statuses()).toEqual(["uploading", "uploading"]);
    expect(removeAt).not.toHaveBeenCalled();
  });

  it("are taken back from the server when they are there already", async () => {
    take([file("a")]);
    started[0]?.answer(attachment("f1"));
    await settle();
    detach("c1", idOf(0));
    expect(removeAt).toHaveBeenCalledWith("/files/f1");
    expect(attachedTo("c1")).toEqual([]);
  });

  it("keep the server's sentence when they fail, and can be tried again", async () => {
    take([file("a")]);
    started[0]?.fail(new ApiError(422, { code: "malware", message: "There is malware in it." }));
    await settle();
    expect(attachedTo("c1")[0]).toMatchObject({ status: "failed", error: "There is malware in it." });
    tryAgain("c1", idOf(0));
    expect(attachedTo("c1")[0]).toMatchObject({ status: "uploading", error: null, part: 0 });
    started[1]?.answer(attachment("a"));
    await settle();
    expect(statuses()).toEqual(["uploaded"]);
  });

  it("are all told of a refusal by the policy once", async () => {
    take([file("a"), file("b"), file("c")]);
    started[0]?.fail(new ApiError(403, { code: "policy_denied", decision: denial }));
    await settle();
    expect(statuses()).toEqual(["failed", "failed", "failed"]);
    expect(attachedTo("c1").every((one) => one.isDenied && one.error === null)).toBe(true);
    expect(started).toHaveLength(2);
    expect(vi.mocked(setDenial).mock.calls).toEqual([["c1", denial]]);
  });

  it("end with the session of whoever leaves", () => {
    take([file("a")]);
    endSession("signed_out");
    expect(started[0]?.signal.aborted).toBe(true);
    expect(attachedTo("c1")).toEqual([]);
  });
});

describe("the limits", () => {
  it("refuse what does not fit before anything is uploaded", () => {
    const refused = take([file("large", 1001), file("empty", 0), file("a", 600), file("b", 600)], ["folder"]);
    expect(refused).toEqual([
      ["folder", "folder"],
      ["tooLarge", "large"],
      ["empty", "empty"],
      ["tooLargeTogether", "b"],
    ]);
    expect(attachedTo("c1").map((one) => one.name)).toEqual(["a"]);
    expect(started).toHaveLength(1);
  });

  it("count what is attached already", () => {
    take([file("a"), file("b")]);
    expect(take([file("c"), file("d")])).toEqual([["tooMany", "d"]]);
    expect(attachedTo("c1").map((one) => one.name)).toEqual(["a", "b", "c"]);
  });
});

describe("what is attached", () => {
  it("comes back in front of what was attached since, when its message was refused", async () => {
    take([file("new")]);
    restoreAttached("c1", "own", [attachment("old")]);
    expect(attachedTo("c1").map((one) => [one.name, one.status])).toEqual([
      ["old.txt", "uploaded"],
      ["new", "uploading"],
    ]);
  });

  it("is there for whoever signs in again, and for nobody else", () => {
    openAttached("me");
    restoreAttached("c1", "own", [attachment("a")]);
    endSession("expired");
    openAttached("me");
    expect(attachedTo("c1")).toHaveLength(1);
    openAttached("somebody-else");
    expect(attachedTo("c1")).toEqual([]);
  });

  it("is gone once it is taken to be sent", () => {
    restoreAttached("c1", "own", [attachment("a")]);
    expect(takeUploaded("c1").map((one) => one.stored?.id)).toEqual(["a"]);
    expect(attachedTo("c1")).toEqual([]);
  });
});
