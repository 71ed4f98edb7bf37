/** The state of a conversation's timeline: its rows, where it is scrolled to, and when history is read. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { VirtualizerHandle } from "virtua";
import { loadOlder, messagesQuery } from "../../api/message-queries";
import type { Conversation, PersonRef } from "../../api/types";
import { outbox } from "../composer/outbox";
import { buildRows } from "./rows";
import { useReadPointer } from "./use-read-pointer";
import { useShift } from "./use-shift";

const NEAR_END_PX = 60;
const NEAR_START_PX = 500;

export function useTimeline(conversation: Conversation, me: PersonRef) {
  const client = useQueryClient();
  const messages = useQuery(messagesQuery(client, conversation.id, conversation.unread_count));
  const all = outbox.use((items) => items);
  const outgoing = useMemo(
    () => all.filter((item) => item.conversationId === conversation.id),
    [all, conversation.id],
  );
  const [isAtEnd, setAtEnd] = useState(true);
  const unreadAfter = useReadPointer(
    conversation,
    messages.data?.through ?? 0,
    isAtEnd && messages.isSuccess,
  );
  const rows = useMemo(
    () => (messages.data ? buildRows(messages.data.messages, outgoing, me, unreadAfter) : []),
    [messages.data, outgoing, me, unreadAfter],
  );
  const older = useOlder(conversation.id, messages.data?.hasOlder ?? false);
  const scroll = useScroll(rows, setAtEnd, isAtEnd, older.load);
  return { messages, rows, isAtEnd, isLoadingOlder: older.isLoading, ...scroll };
}

function useOlder(id: string, hasOlder: boolean) {
  const client = useQueryClient();
  const busy = useRef(false);
  const [isLoading, setLoading] = useState(false);
  const load = useCallback(async () => {
    if (!hasOlder || busy.current) return;
    busy.current = true;
    setLoading(true);
    try {
      await loadOlder(client, id);
    } catch (error) {
      // Scrolling up again asks again.
      console.warn("history could not be read", error);
    } finally {
      busy.current = false;
      setLoading(false);
    }
  }, [client, id, hasOlder]);
  return { isLoading, load };
}

function useScroll(
  rows: ReturnType<typeof buildRows>,
  setAtEnd: (isAtEnd: boolean) => void,
  isAtEnd: boolean,
  loadMore: () => Promise<void>,
) {
  const handle = useRef<VirtualizerHandle>(null);
  const box = useRef<HTMLDivElement>(null);
  const wasAtEnd = useRef(true);
  wasAtEnd.current = isAtEnd;
  const hasStarted = useRef(false);

  const shift = useShift(rows);

  const toEnd = useCallback(() => {
    if (rows.length > 0) handle.current?.scrollToIndex(rows.length - 1, { align: "end" });
  }, [rows.length]);

  const last = rows.at(-1);
  const lastKey = last?.key;
  const lastIsMine = last?.outgoing != null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new last line moves the view.
  useLayoutEffect(() => {
    if (lastKey === undefined) return;
    const unreadAt = rows.findIndex((row) => row.startsUnread);
    if (!hasStarted.current && unreadAt > 0)
      handle.current?.scrollToIndex(unreadAt, { align: "start", offset: -96 });
    else if (!hasStarted.current || wasAtEnd.current || lastIsMine) toEnd();
    hasStarted.current = true;
  }, [lastKey]);

  const onScroll = useCallback(
    (offset: number) => {
      const element = box.current;
      if (!element) return;
      // As the document has it now: virtua hears a moment later that the composer has grown or shrunk.
      setAtEnd(offset + element.clientHeight >= element.scrollHeight - NEAR_END_PX);
      if (offset < NEAR_START_PX) void loadMore();
    },
    [setAtEnd, loadMore],
  );

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    // The composer grows, the keyboard of a phone opens: the end stays in view.
    const observer = new ResizeObserver(() => {
      if (wasAtEnd.current) toEnd();
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [toEnd]);

  return { handle, box, shift, onScroll, toEnd };
}
