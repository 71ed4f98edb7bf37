/** Pointer, finger and keys on the list of messages, as what they mean. Returns the message that is pointed at or walked to. */
import { type RefObject, useEffect, useEffectEvent, useState } from "react";
import type { Step } from "./use-walk";

interface Meanings {
  /** The focus came to a message, or left. */
  onWalk: (article: HTMLElement | null) => void;
  onMenu: (article: HTMLElement) => void;
  /** Something was asked for, by a key or by a button that says what it does. */
  onAct: (act: string, article: HTMLElement, button: HTMLElement) => void;
  onStep: (step: Step, article: HTMLElement | null) => void;
}

const STEPS: Record<string, Step> = { ArrowUp: "previous", ArrowDown: "next", Home: "first", End: "last" };
/** By the place of the key: on a Russian layout R arrives as К. */
const ACTS: Record<string, string> = { KeyR: "reply", KeyE: "edit", Delete: "delete" };
const LONG_PRESS_MS = 500;
const SLIP_PX = 10;

const articleOf = (target: EventTarget | null): HTMLElement | null =>
  target instanceof Element ? target.closest<HTMLElement>(".message") : null;

export function useTimelineInput(box: RefObject<HTMLElement | null>, meanings: Meanings): HTMLElement | null {
  const [hovered, setHovered] = useState<HTMLElement | null>(null);
  const [focused, setFocused] = useState<HTMLElement | null>(null);

  const onFocus = useEffectEvent((target: EventTarget | null) => {
    setFocused(articleOf(target));
    meanings.onWalk(articleOf(target));
  });
  const onMenu = useEffectEvent((article: HTMLElement) => meanings.onMenu(article));
  const onClick = useEffectEvent((event: MouseEvent) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-act]") : null;
    const article = articleOf(button);
    if (!button || !article) return;
    const act = button.dataset.act ?? "";
    if (act === "menu") meanings.onMenu(article);
    else meanings.onAct(act, article, button);
  });
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
    const article = articleOf(event.target);
    const isOnList = event.target === box.current;
    const isOnMessage = article !== null && event.target === article;
    const step = STEPS[event.key];
    const act = ACTS[event.code];
    if (event.shiftKey && !(event.key === "F10")) return;
    if (step && (article || isOnList)) meanings.onStep(step, article);
    else if (article && (event.key === "ContextMenu" || (event.shiftKey && event.key === "F10")))
      meanings.onMenu(article);
    else if (isOnMessage && event.key === "Enter") meanings.onMenu(article);
    else if (isOnMessage && act) meanings.onAct(act, article, article);
    else if (article && event.key === "Escape")
      box.current?.closest(".conversation")?.querySelector<HTMLElement>(".composer textarea")?.focus();
    else return;
    event.preventDefault();
  });

  useEffect(() => {
    const list = box.current;
    if (!list) return;
    const stop = new AbortController();
    const on = <Kind extends keyof HTMLElementEventMap>(
      kind: Kind,
      listener: (event: HTMLElementEventMap[Kind]) => void,
    ) => list.addEventListener(kind, listener, { signal: stop.signal });
    on("pointerover", (event) => {
      if (event.pointerType === "mouse") setHovered(articleOf(event.target));
    });
    on("pointerleave", () => setHovered(null));
    on("focusin", (event) => onFocus(event.target));
    on("focusout", (event) => onFocus(event.relatedTarget));
    on("click", (event) => onClick(event));
    on("keydown", (event) => onKey(event));
    listenForPress(on, (article) => onMenu(article));
    // One may have pointed at a message, or walked to it, before this program came.
    if (matchMedia("(hover: hover)").matches) setHovered(list.querySelector<HTMLElement>(".message:hover"));
    onFocus(document.activeElement);
    return () => stop.abort();
  }, [box]);

  return hovered ?? focused;
}

type Listen = <Kind extends keyof HTMLElementEventMap>(
  kind: Kind,
  listener: (event: HTMLElementEventMap[Kind]) => void,
) => void;

/** A finger that stays on a message opens its menu, in the place of that of the browser. */
function listenForPress(on: Listen, onPress: (article: HTMLElement) => void): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let from = { x: 0, y: 0 };
  const stop = () => clearTimeout(timer);
  on("pointerdown", (event) => {
    stop();
    const article = articleOf(event.target);
    const isControl = event.target instanceof Element && event.target.closest("a, button");
    if (event.pointerType !== "touch" || !article || isControl) return;
    from = { x: event.clientX, y: event.clientY };
    timer = setTimeout(() => onPress(article), LONG_PRESS_MS);
  });
  on("pointermove", (event) => {
    if (Math.hypot(event.clientX - from.x, event.clientY - from.y) > SLIP_PX) stop();
  });
  on("pointerup", stop);
  on("pointercancel", stop);
  on("contextmenu", (event) => {
    const isTouch = (event as PointerEvent).pointerType === "touch";
    if (isTouch && articleOf(event.target) && !(event.target as Element).closest("a")) event.preventDefault();
  });
}
