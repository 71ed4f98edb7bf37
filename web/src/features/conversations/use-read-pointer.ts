/** Tells the server how far one has read, and keeps the line above what was new when one came. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { post } from "../../api/client";
import type { Conversation } from "../../api/types";
import { applyRead } from "../../realtime/apply-event";

const PAUSE_MS = 300;

function subscribeToAttention(listener: () => void): () => void {
  window.addEventListener("focus", listener);
  window.addEventListener("blur", listener);
  document.addEventListener("visibilitychange", listener);
  return () => {
    window.removeEventListener("focus", listener);
    window.removeEventListener("blur", listener);
    document.removeEventListener("visibilitychange", listener);
  };
}

const useIsLooking = (): boolean =>
  useSyncExternalStore(
    subscribeToAttention,
    () => document.visibilityState === "visible" && document.hasFocus(),
  );

/** Returns the seq after which the line "new" is drawn, or null. */
export function useReadPointer(conversation: Conversation, through: number, isAtEnd: boolean): number | null {
  const client = useQueryClient();
  const isLooking = useIsLooking();
  const { id, read_seq: readSeq, unread_count: unread } = conversation;
  const [line, setLine] = useState<number | null>(() => (unread > 0 ? readSeq : null));
  const isReading = isLooking && isAtEnd;

  // What comes while one looks elsewhere gets a line as well.
  const hadUnread = useRef(unread > 0);
  useEffect(() => {
    if (unread > 0 && !hadUnread.current && !isReading) setLine(readSeq);
    hadUnread.current = unread > 0;
  }, [unread, readSeq, isReading]);

  const target = Math.max(through, conversation.last_seq);
  useEffect(() => {
    if (!isReading || target <= readSeq || through === 0) return;
    const timer = setTimeout(() => {
      applyRead(client, id, target);
      // If this is lost, the next message or the next visit says it again.
      post(`/conversations/${id}/read`, { seq: target }).catch((error) =>
        console.warn("read pointer", error),
      );
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [client, id, isReading, target, readSeq, through]);

  return line;
}
