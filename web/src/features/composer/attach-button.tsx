/** Opens the chooser of the system. */
import { useRef } from "react";
import { useT } from "../../i18n";
import { IconButton } from "../../ui/button";
import type { Attaching } from "./use-attaching";

interface AttachButtonProps {
  attaching: Attaching;
  onAttached: () => void;
}

export function AttachButton({ attaching, onAttached }: AttachButtonProps) {
  const t = useT();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        tabIndex={-1}
        onChange={(event) => {
          attaching.attach([...(event.target.files ?? [])]);
          // The same file may be chosen again.
          event.target.value = "";
          onAttached();
        }}
      />
      <IconButton icon="clip" label={t("files.attach")} onClick={() => input.current?.click()} />
    </>
  );
}
