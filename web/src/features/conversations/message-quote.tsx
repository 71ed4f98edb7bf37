/** One line of the message that another one answers. Where that is shown here, it leads to it. */
import { useT } from "../../i18n";
import type { Quote } from "./rows";

export function MessageQuote({ quote: { id, state, author, words, files } }: { quote: Quote }) {
  const t = useT();
  if (state === "absent") return <p className="message-quote">{t("message.quotedAbsent")}</p>;
  const name = author?.display_name ?? "";
  const said = state === "gone" ? t("message.deleted") : words || t("files.brought", { count: files });
  return (
    <button
      type="button"
      className="message-quote"
      aria-label={`${t("message.quoted", { name })}: ${said}`}
      data-act="jump"
      data-to={id}
    >
      <strong>{name}</strong> <span data-gone={state === "gone" || undefined}>{said}</span>
    </button>
  );
}
