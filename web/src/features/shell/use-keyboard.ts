/** The shortcuts that work everywhere. */
import { useEffect, useEffectEvent } from "react";
import { navigate } from "../../navigation";
import type { Overlay } from "./shell";
import { isUnread, neighbourOf, type SidebarSection } from "./sidebar-model";

export function useKeyboard(
  sections: SidebarSection[],
  path: string,
  open: (overlay: Overlay) => void,
): void {
  const go = (direction: 1 | -1, unreadOnly: boolean) => {
    const entries = sections.flatMap((section) => section.entries);
    const accept = unreadOnly ? isUnread : (entry: (typeof entries)[number]) => entry.conversation !== null;
    const next = neighbourOf(entries, path, direction, accept);
    if (next) navigate(next.to);
  };
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const isControl = event.ctrlKey || event.metaKey;
    // By the key's place as well: on a Russian layout Ctrl+K arrives as Ctrl+Л.
    if (isControl && !event.altKey && event.code === "KeyK") {
      event.preventDefault();
      open("switcher");
    } else if (isControl && (event.key === "/" || event.code === "Slash")) {
      event.preventDefault();
      open("shortcuts");
    } else if (event.altKey && !isControl && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      go(event.key === "ArrowDown" ? 1 : -1, event.shiftKey);
    }
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event);
    window.addEventListener("keydown", listener);
    return () => window.removeEventListener("keydown", listener);
  }, []);
}
