import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

const PERSON = { id: "me" };
let answers: (() => Response)[] = [];
let asked: string[] = [];

const signedIn = (token: string, minutes = 10) =>
  new Response(
    JSON.stringify({
      session: {
        access_token: token,
        expires_at: new Date(Date.now() + minutes * 60_000).toISOString(),
        person: PERSON,
      },
    }),
  );
const refused = (status: number, code: string) =>
  new Response(JSON.stringify({ error: { code, message: code, request_id: "r" } }), { status });

async function load() {
  vi.resetModules();
  return import("./session");
}

beforeEach(() => {
  vi.useFakeTimers();
  answers = [];
  asked = [];
  vi.stubGlobal("fetch", async (path: string) => {
    asked.push(path);
    const answer = answers.shift();
    if (!answer) throw new TypeError("offline");
    return answer();
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("the refresh", () => {
  it("runs once, however many ask at the same time", async () => {
    const session = await load();
    answers = [() => signedIn("first")];
    const tokens = await Promise.all([session.accessToken(), session.accessToken(), session.refresh()]);
    expect(tokens).toEqual(["first", "first", "first"]);
    expect(asked).toHaveLength(1);
    expect(session.getSession()).toEqual({ status: "signed_in", personId: "me" });
  });

  it("is made again only when the token is about to run out", async () => {
    const session = await load();
    answers = [() => signedIn("first"), () => signedIn("second")];
    await session.accessToken();
    expect(await session.accessToken()).toBe("first");
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    expect(await session.accessToken()).toBe("second");
  });

  it("waits for the answer to a page that was left in the middle of its own", async () => {
    const session = await load();
    localStorage.setItem("chancery.refreshing", JSON.stringify(Date.now() - 500));
    answers = [() => signedIn("first")];
    const token = session.refresh();
    await vi.advanceTimersByTimeAsync(1400);
    expect(asked).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(200);
    expect(await token).toBe("first");
  });

  it("says why the session has ended", async () => {
    const session = await load();
    answers = [() => signedIn("first", 0), () => refused(401, "account_disabled")];
    await session.accessToken();
    await expect(session.accessToken()).rejects.toMatchObject({ code: "account_disabled" });
    expect(session.getSession()).toEqual({ status: "signed_out", reason: "disabled" });
  });

  it("blames nobody who was not signed in", async () => {
    const session = await load();
    answers = [() => refused(401, "token_missing")];
    await session.restoreSession();
    expect(session.getSession()).toEqual({ status: "signed_out", reason: null });
  });

  it("does not sign out because the server cannot be reached", async () => {
    const session = await load();
    await session.restoreSession();
    expect(session.getSession()).toEqual({ status: "unreachable" });
    answers = [() => signedIn("later")];
    await vi.advanceTimersByTimeAsync(3000);
    expect(session.getSession()).toEqual({ status: "signed_in", personId: "me" });
  });
});
