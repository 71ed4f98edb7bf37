/** Goes from message to message: each step takes the focus along, also to what is not in the document yet. */
import type { RefObject } from "react";
import type { VirtualizerHandle } from "virtua";
import type { Row } from "./rows";

export type Step = "previous" | "next" | "first" | "last";

interface Walking {
  rows: readonly Row[];
  box: RefObject<HTMLElement | null>;
  handle: RefObject<VirtualizerHandle | null>;
}

const FRAMES = 30;
const MARGIN_PX = 12;

/** Scrolls the list and nothing around it, as `scrollIntoView` would. */
function bring(article: HTMLElement, list: HTMLElement, align: "nearest" | "center"): void {
  const place = article.getBoundingClientRect();
  const frame = list.getBoundingClientRect();
  const above = place.top - frame.top - MARGIN_PX;
  const below = place.bottom - frame.bottom + MARGIN_PX;
  if (align === "center") list.scrollTop += (above + below) / 2;
  else if (above < 0) list.scrollTop += above;
  else if (below > 0) list.scrollTop += Math.min(above, below);
}

export function useWalk({ rows, box, handle }: Walking) {
  const articleOf = (row: Row | undefined) =>
    row && box.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(row.key)}"]`);

  const to = (index: number, align: "nearest" | "center", then?: (article: HTMLElement) => void) => {
    const row = rows[index];
    const arrive = (frames: number) => {
      const article = articleOf(row);
      if (!article) {
        if (frames > 0) requestAnimationFrame(() => arrive(frames - 1));
        return;
      }
      article.focus({ preventScroll: true });
      if (box.current) bring(article, box.current, align);
      then?.(article);
    };
    if (!articleOf(row)) handle.current?.scrollToIndex(index, { align });
    arrive(FRAMES);
  };

  /** From `article`, or from the list itself: then to what is seen of it. */
  const step = (kind: Step, article: HTMLElement | null) => {
    const isThere = (row: Row) => row.notice === null;
    const at = article ? rows.findIndex((row) => row.key === article.dataset.key) : -1;
    const isBack = kind === "previous" || kind === "last";
    let index: number;
    if (kind === "first") index = 0;
    else if (kind === "last") index = rows.length - 1;
    else if (at < 0) index = seenAt(isBack);
    else index = at + (isBack ? -1 : 1);
    const onward = kind === "first" || kind === "next" ? 1 : -1;
    while (rows[index] && !isThere(rows[index] as Row)) index += onward;
    if (rows[index]) to(index, "nearest");
    // At the very top whatever stands above the first message is shown as well, and history is read.
    if (isBack && kind !== "last" && index <= 0) box.current?.scrollTo({ top: 0 });
  };

  /** The last message that is in sight, or the first. */
  const seenAt = (isLast: boolean): number => {
    const frame = box.current?.getBoundingClientRect();
    if (!frame) return -1;
    const seen = rows.flatMap((row, index) => {
      const place = articleOf(row)?.getBoundingClientRect();
      return place && place.bottom > frame.top && place.top < frame.bottom ? index : [];
    });
    return (isLast ? seen.at(-1) : seen[0]) ?? rows.length - 1;
  };

  return { to, step };
}
