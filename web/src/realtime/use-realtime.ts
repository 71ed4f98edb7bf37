/** Keeps the socket for as long as somebody is signed in, and tells the rest how the connection is. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { ApiError } from "../api/errors";
import { accessToken, endSession, refresh, requestLanguage } from "../api/session";
import { retryWaiting } from "../features/composer/outbox";
import { applyEvent, catchUp, resumeMap, resync } from "./apply-event";
import { type Connection, Socket } from "./socket";

let connection: Connection = "connecting";
let current: Socket | null = null;
const listeners = new Set<() => void>();

function setConnection(next: Connection): void {
  connection = next;
  for (const listener of listeners) listener();
}

export function useConnection(): Connection {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => connection,
  );
}

export function sendTyping(conversationId: string): void {
  current?.sendTyping(conversationId);
}

export function reconnectNow(): void {
  current?.hurry();
}

function socketUrl(): string {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  return `${scheme}//${location.host}/api/v1/socket`;
}

export function useRealtime(personId: string): void {
  const client = useQueryClient();
  useEffect(() => {
    const socket = new Socket({
      url: socketUrl(),
      language: requestLanguage,
      accessToken,
      resume: () => resumeMap(client),
      onWelcome: (_welcome, mayHaveMissed) => {
        if (mayHaveMissed) catchUp(client);
        retryWaiting();
      },
      onEvent: (event) => applyEvent(client, personId, event),
      onResync: (id) => resync(client, id),
      onConnection: setConnection,
      onRefused: (code) => {
        if (code === 4403) endSession("disabled");
        // The refresh says whether the session has ended, and why; if it lives, the socket comes back with a new token.
        else
          void refresh().then(
            () => socket.resume(),
            () => socket.resume(),
          );
      },
      isFinal: (error) => error instanceof ApiError && !error.isTemporary,
    });
    current = socket;
    socket.start();
    const hurry = () => socket.hurry();
    window.addEventListener("online", hurry);
    document.addEventListener("visibilitychange", hurry);
    return () => {
      window.removeEventListener("online", hurry);
      document.removeEventListener("visibilitychange", hurry);
      current = null;
      socket.stop();
    };
  }, [client, personId]);
}
