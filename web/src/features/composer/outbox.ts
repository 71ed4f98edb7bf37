/**
 * Messages on their way out. Each is shown at once and goes out in order, under an id of its own, so that sending it
 * again after a lost answer cannot send it twice. What cannot go out now is kept in this browser.
 */
import type { QueryClient } from "@tanstack/react-query";
import { post } from "../../api/client";
import { asApiError } from "../../api/errors";
import { keys } from "../../api/keys";
import { onLeave } from "../../api/session";
import type { Attachment, Id, Message, PersonRef } from "../../api/types";
import { applyMessage } from "../../realtime/apply-event";
import { createStore, forgetKept, keep, readKept } from "../../store";
import { codesOf, type Marked } from "../../ui/label";
import { restoreAttached, takeBack } from "./attached";
import { dismissDenial, setDenial } from "./denials";
import { replyOf, restoreDraft, setReply } from "./drafts";

export interface Outgoing {
  clientId: Id;
  conversationId: Id;
  body: string;
  /** What it brings, as the server has it already. */
  files: Attachment[];
  /** The message that it answers. */
  replyTo: Id | null;
  /** None: whatever the server takes. */
  label: Marked | null;
  hat: string;
  principal: PersonRef | null;
  createdAt: string;
  /** sending: under way; waiting: until the connection is back; failed: until somebody tries again. */
  status: "sending" | "waiting" | "failed";
  error: string | null;
}

interface Owner {
  client: QueryClient;
  personId: Id;
}

let owner: Owner | null = null;
const pumping = new Set<Id>();
const nameOf = (personId: Id) => `chancery.outbox.${personId}`;

export const outbox = createStore<readonly Outgoing[]>([], (items) => {
  if (owner) keep(nameOf(owner.personId), items);
});

onLeave(() => {
  if (owner) forgetKept(nameOf(owner.personId));
  owner = null;
  outbox.set(() => []);
});

/** Takes up what was left unsent last time. It does not go out by itself: its moment may have passed. */
export function openOutbox(client: QueryClient, personId: Id): void {
  if (owner?.personId === personId && owner.client === client) return;
  owner = null;
  const left = readKept<(Omit<Outgoing, "files" | "replyTo"> & Partial<Outgoing>)[]>(nameOf(personId), []);
  // An earlier version of this program kept none with files, and none that answered another.
  outbox.set(() =>
    left.map((item) => ({
      ...item,
      files: item.files ?? [],
      replyTo: item.replyTo ?? null,
      status: "failed",
    })),
  );
  owner = { client, personId };
}

/** A random id also where the page is not on a secure origin, which `crypto.randomUUID` demands. */
export function newClientId(): Id {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export function enqueue(message: Omit<Outgoing, "clientId" | "createdAt" | "status" | "error">): void {
  const outgoing: Outgoing = {
    ...message,
    clientId: newClientId(),
    createdAt: new Date().toISOString(),
    status: "sending",
    error: null,
  };
  outbox.set((items) => [...items, outgoing]);
  void pump(message.conversationId);
}

export function retry(conversationId: Id): void {
  outbox.set((items) =>
    items.map((item) =>
      item.conversationId === conversationId ? { ...item, status: "sending", error: null } : item,
    ),
  );
  void pump(conversationId);
}

/** The connection is back: everything that waited for it goes out. */
export function retryWaiting(): void {
  const waiting = new Set(
    outbox
      .get()
      .filter((item) => item.status === "waiting")
      .map((item) => item.conversationId),
  );
  outbox.set((items) =>
    items.map((item) => (item.status === "waiting" ? { ...item, status: "sending" } : item)),
  );
  for (const conversationId of waiting) void pump(conversationId);
}

/** It is not to be sent any more, nor what it would have brought. */
export function discard(clientId: Id): void {
  for (const item of outbox.get()) {
    if (item.clientId === clientId) for (const file of item.files) takeBack(file.id);
  }
  forget(clientId);
}

function forget(clientId: Id): void {
  outbox.set((items) => items.filter((item) => item.clientId !== clientId));
}

async function pump(conversationId: Id): Promise<void> {
  if (pumping.has(conversationId)) return;
  pumping.add(conversationId);
  try {
    let next = nextOf(conversationId);
    while (next && (await deliver(next))) next = nextOf(conversationId);
  } finally {
    pumping.delete(conversationId);
  }
}

function nextOf(conversationId: Id): Outgoing | undefined {
  return outbox.get().find((item) => item.conversationId === conversationId && item.status === "sending");
}

/** Whether the next one may go out. */
async function deliver(item: Outgoing): Promise<boolean> {
  const sender = owner;
  if (!sender) return false;
  try {
    const { message } = await post<{ message: Message }>(`/conversations/${item.conversationId}/messages`, {
      client_id: item.clientId,
      body: item.body,
      ...(item.files.length > 0 ? { file_ids: item.files.map((file) => file.id) } : {}),
      ...(item.replyTo ? { reply_to: item.replyTo } : {}),
      ...(item.label ? { label: codesOf(item.label) } : {}),
      hat: item.hat,
    });
    applyMessage(sender.client, sender.personId, message);
    forget(item.clientId);
    dismissDenial(item.conversationId);
    return true;
  } catch (caught) {
    return refused(item, asApiError(caught), sender);
  }
}

function refused(item: Outgoing, error: ReturnType<typeof asApiError>, sender: Owner): boolean {
  if (error.decision) {
    forget(item.clientId);
    setDenial(item.conversationId, error.decision);
    restoreDraft(item.conversationId, item.body);
    if (item.replyTo && !replyOf(item.conversationId)) setReply(item.conversationId, item.replyTo);
    restoreAttached(item.conversationId, item.hat, item.files);
    // What one may do there is not what the page believed.
    void sender.client.invalidateQueries({ queryKey: keys.conversation(item.conversationId) });
    return true;
  }
  const status = error.isTemporary ? "waiting" : "failed";
  outbox.set((items) =>
    items.map((one) => {
      const sameQueue = one.conversationId === item.conversationId && one.status === "sending";
      if (one.clientId === item.clientId) return { ...one, status, error: error.detail.message ?? null };
      return error.isTemporary && sameQueue ? { ...one, status } : one;
    }),
  );
  if (error.isTemporary) setTimeout(retryWaiting, (error.detail.retry_after_seconds ?? 5) * 1000);
  return !error.isTemporary;
}
