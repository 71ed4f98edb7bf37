/** The logic of the composer: draft, hat, label, whether one may, and what to do with a refusal. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { keys } from "../../api/keys";
import { decisionQuery, labelsAtQuery } from "../../api/queries";
import type { Decision, Label, OfferedLevel } from "../../api/types";
import { sendTyping } from "../../realtime/use-realtime";
import { markedOf } from "../../ui/label";
import { isPicture } from "../files/kinds";
import { type Attached, takeUploaded, useAttached } from "./attached";
import type { ComposerProps } from "./composer";
import { dismissDenial, useDenial } from "./denials";
import { setDraft, setReply, useDraft, useReply } from "./drafts";
import { chooseHat, hatKey, useHat } from "./hats";

/** A larger image is drawn faster from the small one that the server makes. */
const MOST_AS_THUMBNAIL = 2 * 1024 * 1024;
const TYPING_EVERY_MS = 3_000;
const NONE: readonly OfferedLevel[] = [];

/** A refusal to show: fresh from a send, or known before anything is written. */
export interface Refusal {
  decision: Decision;
  isFresh: boolean;
}

/** Why a message cannot go out yet. */
function waitsForFiles(files: readonly Attached[]): "files.wait" | "files.failedFirst" | null {
  if (files.some((one) => one.status === "waiting" || one.status === "uploading")) return "files.wait";
  return files.some((one) => one.status === "failed") ? "files.failedFirst" : null;
}

export function useComposer(props: ComposerProps) {
  const { scope, conversationId, place } = props;
  const client = useQueryClient();
  const text = useDraft(scope);
  const replyTo = useReply(scope);
  const fresh = useDenial(scope);
  const files = useAttached(scope);
  const hat = useHat(scope, props.hats);
  const key = hat ? hatKey(hat) : "own";
  const [chosenLabel, setChosenLabel] = useState<Label | null>(null);
  const offered = useQuery(labelsAtQuery(place, key)).data;
  const levels = offered?.levels ?? NONE;
  // What was chosen may not be legal any more, or not in this hat.
  const label = (chosenLabel && markedOf(levels, chosenLabel)) ?? offered?.default ?? null;

  // What the page says one may do is said of one's own hat. In another the gate is asked beforehand.
  const inOtherHat = useQuery(decisionQuery(key === "own" ? null : { ...props.ask, hat: key })).data;
  const isAllowed = key === "own" ? props.isAllowed : (inOtherHat?.allow ?? true);
  const standing = key === "own" ? props.denial : (inOtherHat ?? null);
  const refusal: Refusal | null = fresh
    ? { decision: fresh, isFresh: true }
    : !isAllowed && standing
      ? { decision: standing, isFresh: false }
      : null;

  const typedAt = useRef(0);
  const write = (next: string) => {
    setDraft(scope, next);
    if (!conversationId || next.trim() === "" || Date.now() - typedAt.current < TYPING_EVERY_MS) return;
    typedAt.current = Date.now();
    sendTyping(conversationId);
  };

  const body = text.trim();
  const waitsFor = waitsForFiles(files);
  const canSend = isAllowed && !props.isBusy && !waitsFor && (body !== "" || files.length > 0);
  const send = () => {
    if (!canSend) return;
    const uploaded = takeUploaded(scope).flatMap((one) => {
      // Whoever sends an image has it: it need not come back from the server to be seen.
      if (one.stored && one.file && isPicture(one.stored) && one.size <= MOST_AS_THUMBNAIL)
        client.setQueryData<Blob>(keys.thumbnail(one.stored.id), one.file);
      return one.stored ?? [];
    });
    setDraft(scope, "");
    setReply(scope, null);
    dismissDenial(scope);
    props.onSend({ body, files: uploaded, replyTo, label, hat: key, principal: hat?.principal ?? null });
  };

  return {
    text,
    replyTo,
    label,
    levels,
    hatKey: key,
    isBlocked: !isAllowed,
    canSend,
    waitsFor,
    refusal,
    write,
    send,
    stopReply: () => setReply(scope, null),
    dismiss: () => dismissDenial(scope),
    chooseHat: (next: string) => {
      dismissDenial(scope);
      chooseHat(scope, next);
    },
    chooseLabel: setChosenLabel,
  };
}
