/**
 * Who is signed in. The access token lives in this module's memory only; the refresh token is a cookie that no script sees.
 *
 * A refresh token may be used once: using it twice ends the session. So one refresh runs at a time in this tab, and
 * one at a time over all tabs of the browser (Web Locks): each then sends the newest cookie. A page that is left while
 * its refresh is under way cannot hold the lock any longer; it has left a mark, and whoever comes next waits for the
 * answer to arrive, which the browser takes in all the same (`keepalive`).
 */

import { keep, readKept } from "../store";
import { ApiError } from "./errors";
import { readError } from "./read-error";
import type { SignedInSession } from "./types";

/** Why nobody is signed in any more. */
export type EndReason = "signed_out" | "ended" | "disabled" | "expired";

export type SessionState =
  | { status: "unknown" }
  | { status: "unreachable" }
  | { status: "signed_out"; reason: EndReason | null }
  | { status: "signed_in"; personId: string };

const REFRESH_MARGIN_MS = 30_000;
const RETRY_AFTER_LOSS_MS = 3_000;
/** How long an answer to a page that has gone may still be on its way. */
const ABANDONED_MS = 2_000;
const MARK = "chancery.refreshing";

let state: SessionState = { status: "unknown" };
let token: string | null = null;
let expiresAt = 0;
let refreshing: Promise<string> | null = null;
let acceptLanguage = "ru";
const listeners = new Set<() => void>();
const tabs = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("chancery.session");

function setState(next: SessionState): void {
  state = next;
  for (const listener of listeners) listener();
}

export function getSession(): SessionState {
  return state;
}

export function subscribeToSession(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The language that the server's sentences come in. */
export function setRequestLanguage(language: string): void {
  acceptLanguage = language;
}

export function requestLanguage(): string {
  return acceptLanguage;
}

function accept(session: SignedInSession): string {
  token = session.access_token;
  expiresAt = Date.parse(session.expires_at);
  if (state.status === "signed_in" && state.personId !== session.person.id) {
    // Another tab signed in as somebody else. Nothing of the former person may stay on the screen.
    location.reload();
  }
  if (state.status !== "signed_in") setState({ status: "signed_in", personId: session.person.id });
  return session.access_token;
}

const leavings = new Set<() => void>();

/** Calls `forget` when somebody leaves this browser for good: they signed out, or may not come back. */
export function onLeave(forget: () => void): void {
  leavings.add(forget);
}

/** Forgets the token and shows the sign-in page. Whoever only has to sign in again finds what they had begun. */
export function endSession(reason: EndReason | null): void {
  token = null;
  expiresAt = 0;
  if (reason === "signed_out" || reason === "disabled") for (const forget of leavings) forget();
  if (state.status !== "signed_out") setState({ status: "signed_out", reason });
}

async function post(path: string, body?: unknown): Promise<Response> {
  try {
    return await fetch(`/api/v1${path}`, {
      method: "POST",
      credentials: "same-origin",
      keepalive: true,
      headers: { "Accept-Language": acceptLanguage, ...(body ? { "Content-Type": "application/json" } : {}) },
      body: body ? JSON.stringify(body) : undefined,
    });
  } catch {
    throw ApiError.network();
  }
}

export async function signIn(login: string, password: string): Promise<void> {
  const response = await post("/session", { login, password });
  if (!response.ok) throw await readError(response);
  const { session } = (await response.json()) as { session: SignedInSession };
  accept(session);
  tabs?.postMessage("signed_in");
}

export async function signOut(): Promise<void> {
  const bearer = token;
  try {
    await fetch("/api/v1/session", {
      method: "DELETE",
      credentials: "same-origin",
      headers: bearer ? { Authorization: `Bearer ${bearer}` } : {},
    });
  } catch {
    throw ApiError.network();
  }
  endSession("signed_out");
  tabs?.postMessage("signed_out");
}

async function oneTabAtATime<T>(work: () => Promise<T>): Promise<T> {
  // Browsers offer locks on secure origins only. Elsewhere (development over plain HTTP) tabs may collide.
  if (typeof navigator === "undefined" || !navigator.locks) return work();
  return navigator.locks.request("chancery.refresh", work) as Promise<T>;
}

/** Waits for the answer to a refresh whose page has gone. We hold the lock: a mark can only be of such a one. */
async function outlastAbandoned(): Promise<void> {
  const since = Date.now() - readKept(MARK, 0);
  if (since >= 0 && since < ABANDONED_MS) {
    await new Promise((resolve) => setTimeout(resolve, ABANDONED_MS - since));
  }
}

async function postRefresh(): Promise<Response> {
  await outlastAbandoned();
  keep(MARK, Date.now());
  try {
    return await post("/session/refresh");
  } finally {
    keep(MARK, 0);
  }
}

async function refreshOnce(): Promise<string> {
  return oneTabAtATime(async () => {
    const response = await postRefresh();
    if (response.ok) return accept(((await response.json()) as { session: SignedInSession }).session);
    const error = await readError(response);
    if (response.status === 401 || response.status === 403) {
      endSession(reasonOf(error.code, state.status === "signed_in"));
    }
    throw error;
  });
}

function reasonOf(code: string, wasSignedIn: boolean): EndReason | null {
  if (code === "account_disabled") return "disabled";
  if (!wasSignedIn) return null;
  return code === "token_expired" ? "expired" : "ended";
}

/** A fresh access token, whoever else in this tab is asking for one just now. */
export function refresh(): Promise<string> {
  refreshing ??= refreshOnce().finally(() => {
    refreshing = null;
  });
  return refreshing;
}

/** A token that will live through the next request. */
export async function accessToken(): Promise<string> {
  if (token && Date.now() < expiresAt - REFRESH_MARGIN_MS) return token;
  return refresh();
}

/** At start: is there still a session from last time? Keeps asking while the server cannot be reached. */
export async function restoreSession(): Promise<void> {
  try {
    await refresh();
  } catch (error) {
    if (getSession().status === "signed_out") return;
    if (error instanceof ApiError && error.isTemporary) {
      setState({ status: "unreachable" });
      setTimeout(restoreSession, RETRY_AFTER_LOSS_MS);
      return;
    }
    endSession(null);
  }
}

tabs?.addEventListener("message", (event: MessageEvent<string>) => {
  if (event.data === "signed_out") endSession("signed_out");
  if (event.data === "signed_in" && state.status === "signed_out") location.reload();
});
