import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Socket, type SocketHooks, waitBefore } from "./socket";

class FakeSocket {
  static all: FakeSocket[] = [];
  readyState = 1;
  sent: Record<string, unknown>[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  constructor() {
    FakeSocket.all.push(this);
  }
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.readyState = 3;
  }
  say(frame: unknown) {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

const WELCOME = { type: "welcome", person_id: "me", org_version: 1, policy_version: 1 };
let hooks: SocketHooks;
let socket: Socket;
const last = () => FakeSocket.all.at(-1) as FakeSocket;
const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(async () => {
  vi.useFakeTimers();
  FakeSocket.all = [];
  hooks = {
    url: "ws://test",
    language: () => "ru",
    accessToken: vi.fn(async () => "token"),
    resume: vi.fn(() => ({ c1: 7 })),
    onWelcome: vi.fn(),
    onEvent: vi.fn(),
    onResync: vi.fn(),
    onConnection: vi.fn(),
    onRefused: vi.fn(),
    isFinal: () => false,
    open: () => new FakeSocket() as unknown as WebSocket,
  };
  socket = new Socket(hooks);
  socket.start();
  await settle();
  last().onopen?.();
});

afterEach(() => {
  socket.stop();
  vi.useRealTimers();
});

describe("the socket", () => {
  it("says hello with the token and how far it knows every conversation", () => {
    expect(last().sent).toEqual([
      { type: "hello", access_token: "token", resume: { c1: 7 }, language: "ru" },
    ]);
  });

  it("hands on events and resyncs, and never makes one up", () => {
    last().say(WELCOME);
    last().say({ type: "event", event: "typing", conversation_id: "c1", data: { person_id: "anna" } });
    last().say({ type: "resync", conversation_id: "c1" });
    expect(hooks.onWelcome).toHaveBeenCalledWith(expect.objectContaining({ org_version: 1 }), false);
    expect(hooks.onEvent).toHaveBeenCalledTimes(1);
    expect(hooks.onResync).toHaveBeenCalledWith("c1");
  });

  it("says so where too many are open, until it is welcome again", async () => {
    last().say({ type: "error", error: { code: "too_many_sockets", message: "" } });
    last().onclose?.({ code: 1013 });
    expect(hooks.onConnection).toHaveBeenLastCalledWith("crowded");
    await vi.advanceTimersByTimeAsync(5000);
    expect(hooks.onConnection).toHaveBeenLastCalledWith("crowded");
    last().onopen?.();
    last().say(WELCOME);
    expect(hooks.onConnection).toHaveBeenLastCalledWith("open");
    last().onclose?.({ code: 1012 });
    expect(hooks.onConnection).toHaveBeenLastCalledWith("lost");
  });

  it("comes back after a loss, with a fresh token and a fresh resume map", async () => {
    last().say(WELCOME);
    last().onclose?.({ code: 1012 });
    expect(hooks.onConnection).toHaveBeenLastCalledWith("lost");
    await vi.advanceTimersByTimeAsync(1000);
    expect(FakeSocket.all).toHaveLength(2);
    last().onopen?.();
    last().say(WELCOME);
    expect(hooks.accessToken).toHaveBeenCalledTimes(2);
    expect(hooks.resume).toHaveBeenCalledTimes(2);
    expect(hooks.onWelcome).toHaveBeenLastCalledWith(expect.anything(), true);
  });

  it("may have missed something even where it was never welcome before", async () => {
    last().onclose?.({ code: 1006 });
    await vi.advanceTimersByTimeAsync(1000);
    last().onopen?.();
    last().say(WELCOME);
    expect(hooks.onWelcome).toHaveBeenLastCalledWith(expect.anything(), true);
  });

  it.each([4401, 4403] as const)("does not come back by itself after %d", async (code) => {
    last().say(WELCOME);
    last().onclose?.({ code });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(hooks.onRefused).toHaveBeenCalledWith(code);
    expect(FakeSocket.all).toHaveLength(1);
  });

  it("gives up a connection that has gone silent", async () => {
    last().say(WELCOME);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(last().sent.at(-1)).toEqual({ type: "ping" });
    await vi.advanceTimersByTimeAsync(45_000);
    expect(FakeSocket.all.length).toBeGreaterThan(1);
  });

  it("stops when told", async () => {
    socket.stop();
    last().onclose?.({ code: 1006 });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(FakeSocket.all).toHaveLength(1);
  });
});

describe("the wait before coming back", () => {
  it("doubles up to half a minute, half of it by chance", () => {
    expect(waitBefore(0, 0)).toBe(250);
    expect(waitBefore(0, 1)).toBe(500);
    expect(waitBefore(3, 0)).toBe(2000);
    expect(waitBefore(20, 1)).toBe(30_000);
  });
});
