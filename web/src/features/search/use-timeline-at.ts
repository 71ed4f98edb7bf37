/** The state of a timeline that begins at one message: where it is scrolled to, and when more is read in which direction. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useEffectEvent, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { VirtualizerHandle } from "virtua";
import type { Conversation, PersonRef } from "../../api/types";
import { navigate } from "../../navigation";
import { paths } from "../../paths";
import { outbox } from "../composer/outbox";
import { buildRows } from "../conversations/rows";
import { useReadPointer } from "../conversations/use-read-pointer";
import { useShift } from "../conversations/use-shift";
import { useWalk } from "../conversations/use-walk";
import { readOn, type Way, windowAtQuery } from "./window-at";

const NEAR_END_PX = 60;
const NEAR_EDGE_PX = 500;
const MARKED_MS = 2_000;

export function useTimelineAt(conversation: Conversation, me: PersonRef, at: number) {
  const client = useQueryClient();
  const { id } = conversation;
  const messages = useQuery(windowAtQuery(client, id, at));
  const window = messages.data;
  const hasNewer = window?.hasNewer ?? true;
  const [isAtEnd, setAtEnd] = useState(false);
  const isReading = isAtEnd && !hasNewer;
  const unreadAfter = useReadPointer(conversation, window?.through ?? 0, isReading);
  const line = unreadAfter !== null && window && unreadAfter >= window.from - 1 ? unreadAfter : null;
  const rows = useMemo(() => (window ? buildRows(window.messages, [], me, line) : []), [window, me, line]);
  const reading = useReading(conversation, at);
  const handle = useRef<VirtualizerHandle>(null);
  const box = useRef<HTMLDivElement>(null);
  const shift = useShift(rows);
  const leave = useCallback(() => navigate(paths.conversation(id), { replace: true }), [id]);
  useLeaveWhenSent(id, leave);

  const onScroll = (offset: number) => {
    const virtual = handle.current;
    if (!virtual || !hasArrived.current || !window) return;
    const below = virtual.scrollSize - virtual.viewportSize - offset;
    setAtEnd(below <= NEAR_END_PX);
    if (offset < NEAR_EDGE_PX && window.hasOlder) void reading.on("older");
    if (below < NEAR_EDGE_PX && window.hasNewer) void reading.on("newer");
  };

  const walk = useWalk({ rows, box, handle });
  const hasArrived = useRef(false);
  const arrive = useEffectEvent(() => {
    if (rows.length === 0) return leave();
    // What may not be read any more is not there: then what was said next.
    const found = rows.findIndex((row) => (row.seq ?? 0) >= at);
    const index = found < 0 ? rows.length - 1 : found;
    const isIt = rows[index]?.seq === at;
    walk.to(index, "center", (article) => {
      // What comes into sight is measured, which may move it.
      requestAnimationFrame(() => article.scrollIntoView({ block: "center" }));
      hasArrived.current = true;
      if (!isIt) return;
      article.dataset.marked = "";
      setTimeout(() => delete article.dataset.marked, MARKED_MS);
    });
  });
  useEffect(() => {
    if (messages.isSuccess) arrive();
  }, [messages.isSuccess]);

  const lastKey = rows.at(-1)?.key;
  const stay = useEffectEvent(() => {
    if (isReading) handle.current?.scrollToIndex(rows.length - 1, { align: "end" });
    // Where little may be read, what is there may not fill the view.
    onScroll(handle.current?.scrollOffset ?? 0);
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new last line moves the view.
  useLayoutEffect(() => stay(), [lastKey]);

  return {
    messages,
    rows,
    handle,
    box,
    shift,
    isAtEnd: isReading,
    onScroll,
    toEnd: leave,
    isBusy: reading.isBusy,
  };
}

/** Reads on, one page at a time; and what comes once it has reached the newest. */
function useReading({ id, last_seq }: Conversation, at: number) {
  const client = useQueryClient();
  const busy = useRef(false);
  const [isBusy, setBusy] = useState<Way | null>(null);
  const on = async (way: Way) => {
    if (busy.current) return;
    busy.current = true;
    setBusy(way);
    try {
      await readOn(client, id, at, way);
    } catch (error) {
      // Scrolling on asks again.
      console.warn("messages could not be read", error);
    } finally {
      busy.current = false;
      setBusy(null);
    }
  };
  const window = useQuery(windowAtQuery(client, id, at)).data;
  const isBehind = window !== undefined && !window.hasNewer && window.through < last_seq;
  const catchUp = useEffectEvent(() => {
    if (isBehind) void on("newer");
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: every message that comes is asked for.
  useEffect(() => catchUp(), [isBehind, last_seq]);
  return { on, isBusy };
}

/** What one sends stands at the end: there one wants to be. */
function useLeaveWhenSent(id: string, leave: () => void): void {
  const count = outbox.use((items) => items).filter((item) => item.conversationId === id).length;
  const former = useRef(count);
  useEffect(() => {
    if (count > former.current) leave();
    former.current = count;
  }, [count, leave]);
}
