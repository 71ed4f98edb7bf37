/** Ctrl+K: goes to any conversation, person or unit by the beginning of its name. */
import { useId, useState } from "react";
import { type MessageId, useT } from "../../i18n";
import { navigate } from "../../navigation";
import { Avatar } from "../../ui/avatar";
import { Dialog } from "../../ui/dialog";
import { Icon } from "../../ui/icon";
import { useChoice } from "../../ui/use-choice";
import { conversationIcon } from "../conversations/name";
import { type Found, useSwitcher } from "./use-switcher";

const HEADINGS = {
  conversation: "switcher.conversations",
  person: "switcher.people",
  unit: "switcher.units",
} as const satisfies Record<Found["kind"], MessageId>;

export function Switcher({ onClose }: { onClose: () => void }) {
  const t = useT();
  const listId = useId();
  const [typed, setTyped] = useState("");
  const { found, isSearching } = useSwitcher(typed);
  const choice = useChoice(
    found,
    (one) => {
      onClose();
      navigate(one.to);
    },
    listId,
  );
  return (
    <Dialog title={t("switcher.title")} hideTitle look="top" onClose={onClose}>
      <label className="switcher-field">
        <Icon name="search" />
        <span className="visually-hidden">{t("switcher.title")}</span>
        <input
          autoFocus
          value={typed}
          placeholder={t("switcher.placeholder")}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setTyped(event.target.value)}
          {...choice.input}
        />
      </label>
      <ul className="choices switcher-choices" {...choice.list} aria-label={t("switcher.title")}>
        {found.map((one, index) => (
          <li key={one.key} {...choice.option(index)} data-kind={one.kind}>
            {found[index - 1]?.kind !== one.kind && (
              <span className="choices-heading">{t(HEADINGS[one.kind])}</span>
            )}
            <FoundLine found={one} />
          </li>
        ))}
      </ul>
      {found.length === 0 && (
        <p className="switcher-none" role="status">
          {isSearching ? t("common.loading") : t("switcher.none")}
        </p>
      )}
    </Dialog>
  );
}

function FoundLine({ found }: { found: Found }) {
  const t = useT();
  const person =
    found.kind === "person"
      ? found.person
      : found.kind === "conversation"
        ? found.conversation.partner
        : null;
  const name =
    person?.display_name ??
    (found.kind === "unit"
      ? found.unit.name
      : found.kind === "conversation"
        ? (found.conversation.name ?? t("conversation.unnamed"))
        : "");
  const unread = found.kind === "conversation" ? found.conversation.unread_count : 0;
  return (
    <span className="choice-line">
      {person ? (
        <Avatar person={person} size="small" />
      ) : (
        <span className="row-icon">
          <Icon
            name={found.kind === "conversation" ? conversationIcon(found.conversation) : "tree"}
            size={18}
          />
        </span>
      )}
      <span className="row-text">
        <span className="row-name">{name}</span>
        <small className="row-detail">
          {person
            ? `${person.title} · ${person.unit.name}`
            : found.kind === "unit"
              ? t(`unit.${found.unit.kind}`)
              : ""}
        </small>
      </span>
      {unread > 0 && <span className="badge">{unread}</span>}
    </span>
  );
}
