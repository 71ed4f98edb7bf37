/**
 * The one socket of this tab: says hello with what it knows, hands on events, and comes back after a loss.
 *
 * It never guesses: where the server answers `resync`, the gap is fetched over HTTP by whoever listens.
 */
import type { ServerEvent, ServerFrame, Welcome } from "./events";

/** `crowded`: this person has more windows and devices open than one may. */
export type Connection = "connecting" | "open" | "lost" | "crowded";

export interface SocketHooks {
  url: string;
  language: () => string;
  accessToken: () => Promise<string>;
  /** The last seq that is known of each conversation. */
  resume: () => Record<string, number>;
  /** `mayHaveMissed`: since it was started there was a time without a connection, in which anything may have happened. */
  onWelcome: (welcome: Welcome, mayHaveMissed: boolean) => void;
  onEvent: (event: ServerEvent) => void;
  onResync: (conversationId: string) => void;
  onConnection: (connection: Connection) => void;
  /** Closed for good: 4401 (not signed in) or 4403 (account disabled). */
  onRefused: (code: 4401 | 4403) => void;
  /** Whether an error of `accessToken` ends it all. */
  isFinal: (error: unknown) => boolean;
  open?: (url: string) => WebSocket;
}

const PING_MS = 20_000;
const SILENCE_MS = 45_000;
const LONGEST_WAIT_MS = 30_000;

/** Half of the doubled wait is fixed and half is chance, so that clients do not return all at once. */
export function waitBefore(attempt: number, chance = Math.random()): number {
  const ceiling = Math.min(LONGEST_WAIT_MS, 500 * 2 ** attempt);
  return ceiling / 2 + (ceiling / 2) * chance;
}

export class Socket {
  readonly #hooks: SocketHooks;
  #socket: WebSocket | null = null;
  #attempt = 0;
  #isCrowded = false;
  #stopped = false;
  #welcomedBefore = false;
  #mayHaveMissed = false;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #pingTimer: ReturnType<typeof setInterval> | undefined;
  #heardAt = 0;

  constructor(hooks: SocketHooks) {
    this.#hooks = hooks;
  }

  start(): void {
    this.#stopped = false;
    void this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#retryTimer);
    this.#drop();
  }

  /** Tries at once instead of waiting: the network came back, or the user asked. */
  hurry(): void {
    if (this.#stopped || this.#socket) return;
    clearTimeout(this.#retryTimer);
    this.#attempt = 0;
    void this.#connect();
  }

  /** Connects again after a refusal, with the usual wait. */
  resume(): void {
    this.#retryLater();
  }

  sendTyping(conversationId: string): void {
    this.#send({ type: "typing", conversation_id: conversationId });
  }

  async #connect(): Promise<void> {
    const isFirst = !this.#welcomedBefore && this.#attempt === 0;
    this.#hooks.onConnection(isFirst ? "connecting" : this.#away());
    let token: string;
    try {
      token = await this.#hooks.accessToken();
    } catch (error) {
      if (!this.#hooks.isFinal(error)) this.#retryLater();
      return;
    }
    if (this.#stopped || this.#socket) return;
    const socket = (this.#hooks.open ?? ((url) => new WebSocket(url)))(this.#hooks.url);
    this.#socket = socket;
    socket.onopen = () => {
      this.#send({
        type: "hello",
        access_token: token,
        resume: this.#hooks.resume(),
        language: this.#hooks.language(),
      });
    };
    socket.onmessage = (event: MessageEvent<string>) => this.#receive(event.data);
    socket.onclose = (event: CloseEvent) => {
      if (this.#socket === socket) this.#closed(event.code);
    };
  }

  #send(frame: unknown): void {
    if (this.#socket?.readyState === 1) this.#socket.send(JSON.stringify(frame));
  }

  #receive(text: string): void {
    this.#heardAt = Date.now();
    const frame = JSON.parse(text) as ServerFrame;
    switch (frame.type) {
      case "welcome": {
        const mayHaveMissed = this.#mayHaveMissed;
        this.#mayHaveMissed = false;
        this.#welcomedBefore = true;
        this.#attempt = 0;
        this.#isCrowded = false;
        this.#keepAlive();
        this.#hooks.onConnection("open");
        this.#hooks.onWelcome(frame, mayHaveMissed);
        return;
      }
      case "event":
        this.#hooks.onEvent(frame);
        return;
      case "resync":
        this.#hooks.onResync(frame.conversation_id);
        return;
      case "error":
        // It is closed right after.
        this.#isCrowded = frame.error.code === "too_many_sockets";
        return;
      case "pong":
      case "ack":
      case "denied":
        // Messages are sent over HTTP, so nothing waits for these.
        return;
    }
  }

  #keepAlive(): void {
    clearInterval(this.#pingTimer);
    this.#pingTimer = setInterval(() => {
      if (Date.now() - this.#heardAt > SILENCE_MS) {
        this.#drop();
        this.#closed(1006);
        return;
      }
      this.#send({ type: "ping" });
    }, PING_MS);
  }

  #drop(): void {
    clearInterval(this.#pingTimer);
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onclose = null;
    socket.onmessage = null;
    socket.close();
  }

  #closed(code: number): void {
    clearInterval(this.#pingTimer);
    this.#socket = null;
    if (this.#stopped) return;
    if (code === 4401 || code === 4403) {
      this.#hooks.onRefused(code);
      return;
    }
    this.#hooks.onConnection(this.#away());
    this.#retryLater();
  }

  #away(): Connection {
    return this.#isCrowded ? "crowded" : "lost";
  }

  #retryLater(): void {
    if (this.#stopped) return;
    this.#mayHaveMissed = true;
    this.#retryTimer = setTimeout(() => void this.#connect(), waitBefore(this.#attempt));
    this.#attempt += 1;
  }
}
