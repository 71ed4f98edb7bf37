/** The part of the page that takes files that are dropped or pasted on it, and says so while they are over it. */
import { type ClipboardEvent, type DragEvent, type ReactNode, useEffect, useState } from "react";
import { useT } from "../../i18n";
import { Icon } from "../../ui/icon";
import type { Attaching } from "../composer/use-attaching";
import { filesOf, hasFiles, isPastedText, renamed } from "./given";
import { useFileSize } from "./kinds";

interface DropZoneProps {
  /** None: nothing is taken here. */
  attaching: Attaching | null;
  children: ReactNode;
}

export function DropZone({ attaching, children }: DropZoneProps) {
  const t = useT();
  const [isOver, setOver] = useState(false);
  useGuard();
  const over = (event: DragEvent) => {
    if (!attaching || !hasFiles(event.dataTransfer)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    setOver(true);
  };
  const leave = (event: DragEvent<HTMLElement>) => {
    if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
  };
  const drop = (event: DragEvent) => {
    setOver(false);
    if (!attaching || !hasFiles(event.dataTransfer)) return;
    event.preventDefault();
    const { files, folders } = filesOf(event.dataTransfer);
    attaching.attach(files, folders);
  };
  const paste = (event: ClipboardEvent) => {
    if (!attaching || !hasFiles(event.clipboardData) || isPastedText(event.clipboardData)) return;
    event.preventDefault();
    const { files, folders } = filesOf(event.clipboardData);
    const name = (at: string) => t("files.pasted", { at });
    attaching.attach(
      files.map((file) => renamed(file, name)),
      folders,
    );
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button in the composer does the same by keyboard.
    <div
      className="conversation"
      onDragEnter={over}
      onDragOver={over}
      onDragLeave={leave}
      onDrop={drop}
      onPaste={paste}
    >
      {children}
      {isOver && attaching && <Veil attaching={attaching} />}
    </div>
  );
}

function Veil({ attaching: { limits } }: { attaching: Attaching }) {
  const t = useT();
  const sizeOf = useFileSize();
  return (
    <div className="drop-veil" aria-hidden="true">
      <div className="drop-place">
        <Icon name="clip" size={32} />
        <strong>{t("files.drop")}</strong>
        <span>{t("files.dropText", { count: limits.max_per_message, limit: sizeOf(limits.max_bytes) })}</span>
      </div>
    </div>
  );
}

/** A file that misses its place must not take the place of the page. */
function useGuard(): void {
  useEffect(() => {
    const guard = (event: globalThis.DragEvent) => {
      if (event.defaultPrevented || !event.dataTransfer || !hasFiles(event.dataTransfer)) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "none";
    };
    window.addEventListener("dragover", guard);
    window.addEventListener("drop", guard);
    return () => {
      window.removeEventListener("dragover", guard);
      window.removeEventListener("drop", guard);
    };
  }, []);
}
