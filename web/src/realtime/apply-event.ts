/** What each event changes in the query cache: one exhaustive switch. */
import type { QueryClient } from "@tanstack/react-query";
import { keys } from "../api/keys";
import { insertMessage, type MessageWindow, replaceMessage } from "../api/messages";
import type { Conversation, ConversationEventView, Message } from "../api/types";
import type { ServerEvent } from "./events";
import { noteTyping, stopTyping } from "./typing";

export function applyEvent(client: QueryClient, myId: string, event: ServerEvent): void {
  switch (event.event) {
    case "message.created":
      stopTyping(event.conversation_id, event.data.author.id);
      applyMessage(client, myId, event.data);
      return;
    case "message.edited":
    case "message.deleted":
      applyChange(client, event.data);
      return;
    case "conversation.created":
      void client.invalidateQueries({ queryKey: keys.conversations });
      return;
    case "conversation.updated":
      applyConversation(client, event.conversation_id, event.data);
      return;
    case "conversation.removed":
      removeConversation(client, event.conversation_id);
      return;
    case "conversation.read":
      applyRead(client, event.conversation_id, event.data.seq);
      return;
    case "typing":
      if (event.data.person_id !== myId) noteTyping(event.conversation_id, event.data.person_id);
      return;
    case "org.changed":
      orgChanged(client);
      return;
    case "policy.changed":
      policyChanged(client);
      return;
    case "exception.changed":
      exceptionChanged(client);
      return;
    default: {
      const unknown: never = event;
      // A newer server may say more than this client knows. The next full read shows it.
      console.warn("unknown event", (unknown as ServerEvent).event);
    }
  }
}

/** Puts a message where it belongs, whether it came over the socket or as the answer to our own send. */
export function applyMessage(client: QueryClient, myId: string, message: Message): void {
  const id = message.conversation_id;
  const window = client.getQueryData<MessageWindow>(keys.messages(id));
  if (window) {
    const insertion = insertMessage(window, message);
    if (insertion.gap) void client.invalidateQueries({ queryKey: keys.messages(id) });
    else client.setQueryData(keys.messages(id), insertion.window);
  }
  const known = client.getQueryData<Conversation[]>(keys.conversations);
  if (known && !known.some((conversation) => conversation.id === id)) {
    void client.invalidateQueries({ queryKey: keys.conversations });
    return;
  }
  changeConversation(client, id, (conversation) => countMessage(conversation, message, myId));
  // Whoever was written to may answer: what one may do there is asked anew.
  const one = client.getQueryData<Conversation>(keys.conversation(id));
  if (one?.kind === "direct" && message.author.id !== myId && !one.can.includes("post"))
    void client.invalidateQueries({ queryKey: keys.conversation(id) });
}

/** A message says something else now, or nothing: wherever it is shown, it is shown so. */
export function applyChange(client: QueryClient, message: Message): void {
  const id = message.conversation_id;
  // Also where the conversation was opened at an old message.
  client.setQueriesData<MessageWindow>({ queryKey: keys.messages(id) }, (window) =>
    window ? replaceMessage(window, message) : window,
  );
  changeConversation(client, id, (conversation) => {
    const last = conversation.last_message;
    const isLast = last?.id === message.id && last.version <= message.version;
    return isLast ? { ...conversation, last_message: message } : conversation;
  });
}

function countMessage(conversation: Conversation, message: Message, myId: string): Conversation {
  if (message.seq <= conversation.last_seq && conversation.last_message) {
    // Already counted; a repeat after a reconnect.
    return conversation.last_seq === message.seq ? { ...conversation, last_message: message } : conversation;
  }
  const mine = message.author.id === myId;
  return {
    ...conversation,
    last_seq: Math.max(conversation.last_seq, message.seq),
    last_message: message,
    read_seq: mine ? Math.max(conversation.read_seq, message.seq) : conversation.read_seq,
    unread_count: mine ? conversation.unread_count : conversation.unread_count + 1,
  };
}

/** Changes one conversation wherever it is cached. */
export function changeConversation(
  client: QueryClient,
  id: string,
  change: (conversation: Conversation) => Conversation,
): void {
  client.setQueryData<Conversation[]>(keys.conversations, (list) =>
    list?.map((conversation) => (conversation.id === id ? change(conversation) : conversation)),
  );
  client.setQueryData<Conversation>(keys.conversation(id), (one) => (one ? change(one) : one));
}

function applyConversation(client: QueryClient, id: string, view: ConversationEventView): void {
  changeConversation(client, id, (conversation) => ({ ...conversation, ...view }));
  // What one may do there is not in the event: it is asked anew.
  void client.invalidateQueries({ queryKey: keys.conversation(id) });
  void client.invalidateQueries({ queryKey: keys.members(id) });
  void client.invalidateQueries({ queryKey: keys.conversations });
  void client.invalidateQueries({ queryKey: ["labels-at"] });
}

function removeConversation(client: QueryClient, id: string): void {
  client.setQueryData<Conversation[]>(keys.conversations, (list) =>
    list?.filter((conversation) => conversation.id !== id),
  );
  const forget = (type: "inactive" | "all") => {
    for (const queryKey of [keys.messages(id), keys.members(id)]) client.removeQueries({ queryKey, type });
  };
  forget("inactive");
  // Where it is open, the page first learns that it is gone: what is on the screen would be asked for again.
  void client
    .invalidateQueries({ queryKey: keys.conversation(id) })
    .then(() => setTimeout(() => forget("all")));
}

/** Moves the read pointer forward, never back. */
export function applyRead(client: QueryClient, id: string, seq: number): void {
  changeConversation(client, id, (conversation) => {
    if (seq < conversation.read_seq) return conversation;
    const unread =
      seq >= conversation.last_seq ? 0 : Math.min(conversation.unread_count, conversation.last_seq - seq);
    return { ...conversation, read_seq: seq, unread_count: unread };
  });
}

function orgChanged(client: QueryClient): void {
  const moved = [
    "me",
    "colleagues",
    "units",
    "unit",
    "unit-children",
    "unit-people",
    "people",
    "person",
    "members",
  ];
  for (const name of moved) void client.invalidateQueries({ queryKey: [name] });
  policyChanged(client);
}

function exceptionChanged(client: QueryClient): void {
  for (const name of ["exceptions", "person", "decision", "conversation"]) {
    void client.invalidateQueries({ queryKey: [name] });
  }
}

function policyChanged(client: QueryClient): void {
  const decided = [
    "conversations",
    "conversation",
    "person",
    "decision",
    "exceptions",
    "labels",
    "labels-at",
    "label-requests",
  ];
  for (const name of decided) {
    void client.invalidateQueries({ queryKey: [name] });
  }
}

/** What was changed in a conversation may have been missed: as far as it was read, it is read again. */
export function resync(client: QueryClient, id: string): void {
  doubt(client, keys.messages(id));
  void client.invalidateQueries({ queryKey: keys.messages(id) });
  void client.invalidateQueries({ queryKey: keys.conversations });
}

function doubt(client: QueryClient, queryKey: readonly string[]): void {
  client.setQueriesData<MessageWindow>({ queryKey }, (window) =>
    window ? { ...window, isDoubtful: true } : window,
  );
}

/** After a loss anything may have happened: what is on the screen is read again at once, and the rest when it is looked at. */
export function catchUp(client: QueryClient): void {
  doubt(client, ["messages"]);
  void client.invalidateQueries();
}

/** What the hello tells the server of every conversation: how far this client knows it. */
export function resumeMap(client: QueryClient): Record<string, number> {
  const resume: Record<string, number> = {};
  for (const conversation of client.getQueryData<Conversation[]>(keys.conversations) ?? []) {
    const window = client.getQueryData<MessageWindow>(keys.messages(conversation.id));
    resume[conversation.id] = window?.through ?? conversation.last_seq;
  }
  return resume;
}
