/** Puts a text into the clipboard, and says that it is there. */
import { useState } from "react";
import { useT } from "../../i18n";
import { Button } from "../../ui/button";

const SAID_MS = 2500;

export function CopyButton({ text, label }: { text: string; label: string }) {
  const t = useT();
  const [said, setSaid] = useState<"copied" | "refused" | null>(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid("copied");
    } catch {
      setSaid("refused");
    }
    setTimeout(() => setSaid(null), SAID_MS);
  };
  return (
    <span className="copy" aria-live="polite">
      <Button icon={said === "copied" ? "check" : undefined} onClick={() => void copy()}>
        {said === "copied" ? t("compliance.copied") : label}
      </Button>
      {said === "refused" && <span>{t("compliance.copyRefused")}</span>}
    </span>
  );
}
