import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as session from "./session";
import { readWhole, upload } from "./transfer";

/** A request that answers when it is told to. */
class FakeRequest {
  static all: FakeRequest[] = [];
  headers: Record<string, string> = {};
  upload: { onprogress?: (event: object) => void } = {};
  status = 0;
  responseText = "";
  url = "";
  isAborted = false;
  onload?: () => void;
  onerror?: () => void;
  onabort?: () => void;
  constructor() {
    FakeRequest.all.push(this);
  }
  open(_method: string, url: string) {
    this.url = url;
  }
  setRequestHeader(name: string, value: string) {
    this.headers[name] = value;
  }
  send() {}
  abort() {
    this.isAborted = true;
    this.onabort?.();
  }
  answer(status: number, body: unknown) {
    this.status = status;
    this.responseText = JSON.stringify(body);
    this.onload?.();
  }
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
const request = (index: number) => FakeRequest.all[index] as FakeRequest;

function begin(onProgress: (part: number) => void = () => undefined) {
  const stop = new AbortController();
  const done = upload<{ id: string }>("/files", new Blob(["abc"]), { onProgress, signal: stop.signal });
  return { done, stop };
}

beforeEach(() => {
  FakeRequest.all = [];
  vi.stubGlobal("XMLHttpRequest", FakeRequest);
  vi.spyOn(session, "accessToken").mockResolvedValue("old");
  vi.spyOn(session, "refresh").mockResolvedValue("new");
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("an upload", () => {
  it("says how far it is, and gives the answer", async () => {
    const parts: number[] = [];
    const { done } = begin((part) => parts.push(part));
    await settle();
    request(0).upload.onprogress?.({ lengthComputable: true, loaded: 1, total: 4 });
    request(0).answer(201, { id: "f1" });
    expect(await done).toEqual({ id: "f1" });
    expect(parts).toEqual([0.25]);
    expect(request(0).url).toBe("/api/v1/files");
    expect(request(0).headers.Authorization).toBe("Bearer old");
  });

  it("begins again with a new token where the old one has run out", async () => {
    const { done } = begin();
    await settle();
    request(0).answer(401, { error: { code: "token_expired" } });
    await settle();
    expect(request(1).headers.Authorization).toBe("Bearer new");
    request(1).answer(201, { id: "f1" });
    expect(await done).toEqual({ id: "f1" });
  });

  it("is refused in the server's words", async () => {
    const { done } = begin();
    await settle();
    request(0).answer(413, { error: { code: "file_too_large", message: "Too large." } });
    await expect(done).rejects.toMatchObject({ status: 413, code: "file_too_large", message: "Too large." });
  });

  it("stops when it is told to", async () => {
    const { done, stop } = begin();
    await settle();
    stop.abort();
    await expect(done).rejects.toMatchObject({ code: "network" });
    expect(request(0).isAborted).toBe(true);
  });
});

describe("a download", () => {
  it("is put together, and says how far it is", async () => {
    const parts: number[] = [];
    const body = new ReadableStream({
      start(stream) {
        for (const piece of ["ab", "cd"]) stream.enqueue(new TextEncoder().encode(piece));
        stream.close();
      },
    });
    const response = new Response(body, { headers: { "Content-Type": "text/plain" } });
    const blob = await readWhole(response, 4, (part) => parts.push(part));
    expect(await blob.text()).toBe("abcd");
    expect(blob.type).toBe("text/plain");
    expect(parts).toEqual([0.5, 1]);
  });
});
