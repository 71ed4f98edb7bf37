/** The lines of a conversation: messages and what is on its way, with where a day begins and who goes on speaking. Pure. */
import type { Attachment, HatKind, Id, Message, Notice, PersonRef } from "../../api/types";
import type { Marked } from "../../ui/label";
import type { Outgoing } from "../composer/outbox";

/** The message that another one answers, as far as it is known here. */
export interface Quote {
  id: Id;
  /** absent: it was not read here, because it is older than what was. */
  state: "there" | "gone" | "absent";
  author: PersonRef | null;
  words: string;
  files: number;
}

export interface Row {
  /** Stays the same when a message on its way becomes a message. */
  key: string;
  author: PersonRef;
  hat: HatKind;
  principal: PersonRef | null;
  body: string;
  /** What it brings; nothing any more where it is erased. */
  files: readonly Attachment[];
  label: Marked | null;
  /** The message itself, once it is stored. */
  id: string | null;
  /** It says an earlier message again under a lower label. */
  isDowngraded: boolean;
  /** What it said is not kept any more. */
  isErased: boolean;
  /** By whom it was taken back. */
  deletedBy: PersonRef | null;
  isDeleted: boolean;
  /** When it was changed last, and which version that made. */
  editedAt: string | null;
  version: number;
  quote: Quote | null;
  notice: Notice | null;
  at: string;
  seq: number | null;
  outgoing: Outgoing | null;
  startsDay: boolean;
  startsUnread: boolean;
  /** Goes on from the line above: neither name nor photo is repeated. */
  isCompact: boolean;
}

const SAME_BREATH_MS = 5 * 60_000;

const dayOf = (at: string): string => new Date(at).toDateString();

/** Whether a message says nothing any more. */
export const isGone = (row: Pick<Row, "isErased" | "isDeleted">): boolean => row.isErased || row.isDeleted;

function rowOf(message: Message): Row {
  return {
    key: `${message.author.id}:${message.client_id}`,
    author: message.author,
    hat: message.hat,
    principal: message.principal,
    body: message.body,
    files: message.erased_at == null ? message.files : [],
    label: message.label,
    id: message.id,
    isDowngraded: message.downgraded_from !== null,
    isErased: message.erased_at != null,
    isDeleted: message.deleted_at != null,
    deletedBy: message.deleted_by,
    editedAt: message.edited_at,
    version: message.version,
    quote: null,
    notice: message.notice,
    at: message.created_at,
    seq: message.seq,
    outgoing: null,
    startsDay: false,
    startsUnread: false,
    isCompact: false,
  };
}

function rowOfOutgoing(outgoing: Outgoing, me: PersonRef): Row {
  return {
    key: `${me.id}:${outgoing.clientId}`,
    author: me,
    hat: (outgoing.hat.split(":")[0] ?? "own") as HatKind,
    principal: outgoing.principal,
    body: outgoing.body,
    files: outgoing.files,
    label: outgoing.label,
    id: null,
    isDowngraded: false,
    isErased: false,
    isDeleted: false,
    deletedBy: null,
    editedAt: null,
    version: 1,
    quote: null,
    notice: null,
    at: outgoing.createdAt,
    seq: null,
    outgoing,
    startsDay: false,
    startsUnread: false,
    isCompact: false,
  };
}

function goesOn(row: Row, before: Row): boolean {
  return (
    !row.notice &&
    !before.notice &&
    row.author.id === before.author.id &&
    row.hat === before.hat &&
    row.principal?.id === before.principal?.id &&
    Date.parse(row.at) - Date.parse(before.at) < SAME_BREATH_MS
  );
}

/** Its first line, which is all that a quote shows. */
export const firstLine = (text: string): string => text.trimStart().split("\n", 1)[0] ?? "";

function quoteOf(id: Id, answered: Message | undefined): Quote {
  if (!answered) return { id, state: "absent", author: null, words: "", files: 0 };
  const isThere = answered.deleted_at == null && answered.erased_at == null;
  return {
    id,
    state: isThere ? "there" : "gone",
    author: answered.author,
    words: isThere ? firstLine(answered.body) : "",
    files: isThere ? answered.files.length : 0,
  };
}

/** `unreadAfter` is the seq above which messages are new to the reader, or null where no line is drawn. */
export function buildRows(
  messages: readonly Message[],
  outgoing: readonly Outgoing[],
  me: PersonRef,
  unreadAfter: number | null,
): Row[] {
  const arrived = new Set(
    messages.filter((message) => message.author.id === me.id).map((message) => message.client_id),
  );
  const byId = new Map(messages.map((message) => [message.id, message]));
  const answering = (row: Row, id: Id | null): Row =>
    id === null ? row : { ...row, quote: quoteOf(id, byId.get(id)) };
  const rows = [
    ...messages.map((message) => {
      // What says nothing any more answers nothing.
      const row = rowOf(message);
      return isGone(row) ? row : answering(row, message.reply_to);
    }),
    ...outgoing
      .filter((item) => !arrived.has(item.clientId))
      .map((item) => answering(rowOfOutgoing(item, me), item.replyTo)),
  ];
  let isLineDrawn = unreadAfter === null;
  rows.forEach((row, index) => {
    const before = rows[index - 1];
    row.startsDay = !before || dayOf(before.at) !== dayOf(row.at);
    if (!isLineDrawn && row.seq !== null && row.seq > (unreadAfter ?? 0) && row.author.id !== me.id) {
      row.startsUnread = true;
      isLineDrawn = true;
    }
    row.isCompact = Boolean(before && !row.startsDay && !row.startsUnread && goesOn(row, before));
  });
  return rows;
}
