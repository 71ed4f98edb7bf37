/** The tree as the keyboard and screen readers know it: arrows walk, right opens, left closes, letters find. */
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useT } from "../../i18n";
import { Icon } from "../../ui/icon";
import type { TreeLine } from "./use-tree";

interface TreeProps {
  lines: TreeLine[];
  chosen: string | null;
  onChoose: (id: string) => void;
  onToggle: (id: string, open: boolean) => void;
}

export function Tree({ lines, chosen, onChoose, onToggle }: TreeProps) {
  const t = useT();
  const [active, setActive] = useState<string | null>(chosen);
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => setActive(chosen), [chosen]);
  const at = Math.max(
    0,
    lines.findIndex((line) => line.unit.id === active),
  );

  const focus = (line: TreeLine | undefined) => {
    if (!line) return;
    setActive(line.unit.id);
    list.current?.querySelector<HTMLElement>(`[data-unit="${line.unit.id}"]`)?.focus();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const line = lines[at];
    if (!line || event.altKey || event.ctrlKey || event.metaKey) return;
    const act = actionOf(event.key, line, lines, at);
    if (!act) return;
    event.preventDefault();
    if (act.kind === "focus") focus(act.line);
    else if (act.kind === "toggle") onToggle(line.unit.id, act.open);
    else onChoose(line.unit.id);
  };

  return (
    <div className="tree" role="tree" aria-label={t("units.tree")} ref={list} onKeyDown={onKeyDown}>
      {lines.map((line, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the tree around it listens to the keys.
        <div
          key={line.unit.id}
          role="treeitem"
          data-unit={line.unit.id}
          data-level={line.level}
          tabIndex={index === at ? 0 : -1}
          aria-level={line.level}
          aria-posinset={line.position}
          aria-setsize={line.siblings}
          aria-expanded={line.isExpandable ? line.isExpanded : undefined}
          aria-selected={line.unit.id === chosen}
          className="tree-line"
          style={{ paddingInlineStart: `${(line.level - 1) * 1.15 + 0.4}rem` }}
          onClick={() => {
            setActive(line.unit.id);
            onChoose(line.unit.id);
            if (!line.isExpanded && line.isExpandable) onToggle(line.unit.id, true);
          }}
        >
          <Twisty line={line} onToggle={onToggle} />
          <span className="tree-name">{line.unit.name}</span>
          <span className="tree-count" title={t("units.people", { count: line.unit.people_count })}>
            {line.unit.people_count || null}
          </span>
        </div>
      ))}
    </div>
  );
}

/** For the mouse only: the keyboard has the arrows. */
function Twisty({ line, onToggle }: { line: TreeLine; onToggle: TreeProps["onToggle"] }) {
  if (!line.isExpandable) return <span className="tree-twisty" />;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the arrows of the keyboard do the same.
    // biome-ignore lint/a11y/noStaticElementInteractions: a button inside a treeitem would be a second stop.
    <span
      className="tree-twisty"
      data-open={line.isExpanded}
      onClick={(event) => {
        event.stopPropagation();
        onToggle(line.unit.id, !line.isExpanded);
      }}
    >
      <Icon name="right" size={16} />
    </span>
  );
}

type Act =
  | { kind: "focus"; line: TreeLine | undefined }
  | { kind: "toggle"; open: boolean }
  | { kind: "choose" };

/** What a key does on a line; null where it does nothing. */
export function actionOf(key: string, line: TreeLine, lines: TreeLine[], at: number): Act | null {
  switch (key) {
    case "ArrowDown":
      return { kind: "focus", line: lines[at + 1] };
    case "ArrowUp":
      return { kind: "focus", line: lines[at - 1] };
    case "Home":
      return { kind: "focus", line: lines[0] };
    case "End":
      return { kind: "focus", line: lines.at(-1) };
    case "ArrowRight":
      if (line.isExpandable && !line.isExpanded) return { kind: "toggle", open: true };
      return line.isExpanded ? { kind: "focus", line: lines[at + 1] } : null;
    case "ArrowLeft":
      if (line.isExpanded) return { kind: "toggle", open: false };
      return { kind: "focus", line: lines.find((one) => one.unit.id === line.parentId) };
    case "Enter":
    case " ":
      return { kind: "choose" };
    default:
      return /^\p{L}$/u.test(key) ? { kind: "focus", line: findByLetter(key, lines, at) } : null;
  }
}

function findByLetter(letter: string, lines: TreeLine[], at: number): TreeLine | undefined {
  const after = [...lines.slice(at + 1), ...lines.slice(0, at)];
  return after.find((line) => line.unit.name.toLocaleLowerCase().startsWith(letter.toLocaleLowerCase()));
}
