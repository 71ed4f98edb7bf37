/** The logic of the composer: draft, hat, label, whether one may, and what to do with a refusal. */
import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { decisionQuery, labelsAtQuery } from "../../api/queries";
import type { Decision, Label, OfferedLevel } from "../../api/types";
import { sendTyping } from "../../realtime/use-realtime";
import { markedOf } from "../../ui/label";
import type { ComposerProps } from "./composer";
import { dismissDenial, useDenial } from "./denials";
import { setDraft, useDraft } from "./drafts";
import { chooseHat, hatKey, useChosenHat } from "./hats";

const TYPING_EVERY_MS = 3_000;
const NONE: readonly OfferedLevel[] = [];

/** A refusal to show: fresh from a send, or known before anything is written. */
export interface Refusal {
  decision: Decision;
  isFresh: boolean;
}

export function useComposer(props: ComposerProps) {
  const { scope, conversationId, place } = props;
  const text = useDraft(scope);
  const fresh = useDenial(scope);
  const chosenHat = useChosenHat(scope);
  const hat = props.hats.find((one) => hatKey(one) === chosenHat) ?? props.hats[0];
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

  const send = () => {
    const body = text.trim();
    if (!body || !isAllowed || props.isBusy) return;
    setDraft(scope, "");
    dismissDenial(scope);
    props.onSend({ body, label, hat: key, principal: hat?.principal ?? null });
  };

  return {
    text,
    label,
    levels,
    hatKey: key,
    isBlocked: !isAllowed,
    refusal,
    write,
    send,
    dismiss: () => dismissDenial(scope),
    chooseHat: (next: string) => {
      dismissDenial(scope);
      chooseHat(scope, next);
    },
    chooseLabel: setChosenLabel,
  };
}
