/** A text field over a list of options (the ARIA combobox): arrows move, Enter chooses, focus stays in the field. */
import { type KeyboardEvent, type MouseEvent, useEffect, useState } from "react";

export function useChoice<Item>(items: Item[], choose: (item: Item) => void, listId: string) {
  const [active, setActive] = useState(0);
  const last = items.length - 1;
  const at = Math.min(active, Math.max(0, last));

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new list starts at its first option.
  useEffect(() => setActive(0), [items.length]);
  useEffect(() => {
    document.getElementById(`${listId}-${at}`)?.scrollIntoView({ block: "nearest" });
  }, [listId, at]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (last < 0 || event.nativeEvent.isComposing) return;
    const moves: Record<string, number> = {
      ArrowDown: at === last ? 0 : at + 1,
      ArrowUp: at === 0 ? last : at - 1,
    };
    const next = moves[event.key];
    if (next !== undefined && !event.altKey) {
      event.preventDefault();
      setActive(next);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const item = items[at];
      if (item !== undefined) choose(item);
    }
  };

  return {
    input: {
      role: "combobox" as const,
      "aria-expanded": items.length > 0,
      "aria-controls": listId,
      "aria-autocomplete": "list" as const,
      "aria-activedescendant": last >= 0 ? `${listId}-${at}` : undefined,
      onKeyDown,
    },
    list: { role: "listbox" as const, id: listId },
    option: (index: number) => ({
      role: "option" as const,
      id: `${listId}-${index}`,
      "aria-selected": index === at,
      onMouseMove: () => setActive(index),
      // Keeps the focus in the field.
      onMouseDown: (event: MouseEvent) => event.preventDefault(),
      onClick: () => {
        const item = items[index];
        if (item !== undefined) choose(item);
      },
    }),
  };
}
