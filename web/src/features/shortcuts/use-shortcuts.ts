/** Answers to the shortcuts that work everywhere. */
import { useEffect, useEffectEvent } from "react";
import { navigate } from "../../navigation";
import { parsePath, paths } from "../../paths";
import type { Overlay } from "../shell/shell";
import { neighbourOf, type SidebarEntry, type SidebarSection } from "../shell/sidebar-model";
import { type HandledId, pressedShortcut } from "./table";

interface Asked {
  sections: SidebarSection[];
  path: string;
  /** Whether an entry counts as unread; muted ones do not. */
  isUnread: (entry: SidebarEntry) => boolean;
  overlay: Overlay;
  open: (overlay: Overlay) => void;
}

const OPENS = { switcher: "switcher", direct: "direct", sheet: "shortcuts", readAll: "readAll" } as const;
const STEPS = {
  next: [1, false],
  previous: [-1, false],
  nextUnread: [1, true],
  previousUnread: [-1, true],
} as const;

export function useShortcuts(asked: Asked): void {
  const answer = (id: HandledId) => {
    // What somebody has begun in a dialog is not taken from them; one that only lists or shows may go.
    const isOver = document.querySelector(".overlay") !== null;
    const mayGo = asked.overlay !== "new" && (asked.overlay !== null || location.search.includes("person="));
    if (id in OPENS) {
      if (isOver && !mayGo) return;
      const overlay = OPENS[id as keyof typeof OPENS];
      asked.open(asked.overlay === overlay ? null : overlay);
    } else if (isOver) {
      return;
    } else if (id === "search") {
      // Where one reads one searches first.
      const route = parsePath(asked.path);
      navigate(paths.search(route.page === "conversation" ? { in: route.id } : {}));
    } else {
      const [direction, unreadOnly] = STEPS[id as keyof typeof STEPS];
      const accept = unreadOnly ? asked.isUnread : (entry: SidebarEntry) => entry.conversation !== null;
      const entries = asked.sections.flatMap((section) => section.entries);
      const next = neighbourOf(entries, asked.path, direction, accept);
      if (next) navigate(next.to);
    }
  };
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const id = event.defaultPrevented ? null : pressedShortcut(event);
    if (!id) return;
    event.preventDefault();
    answer(id);
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event);
    window.addEventListener("keydown", listener);
    return () => window.removeEventListener("keydown", listener);
  }, []);
}
