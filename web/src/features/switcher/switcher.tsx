/** Goes to any conversation, person or unit by the beginning of its name; or begins to write to a person. */
import { useId, useState } from "react";
import type { Person, PersonRef } from "../../api/types";
import { type MessageId, type Translate, useT } from "../../i18n";
import { navigate } from "../../navigation";
import { Avatar } from "../../ui/avatar";
import { Dialog } from "../../ui/dialog";
import { Icon, type IconName } from "../../ui/icon";
import { useChoice } from "../../ui/use-choice";
import { conversationIcon } from "../conversations/name";
import { type Finds, type Found, useSwitcher } from "./use-switcher";

const HEADINGS = {
  conversation: "switcher.conversations",
  person: "switcher.people",
  unit: "switcher.units",
} as const satisfies Record<Found["kind"], MessageId>;

export function Switcher({ finds, onClose }: { finds: Finds; onClose: () => void }) {
  const t = useT();
  const title = t(finds === "all" ? "switcher.title" : "switcher.direct");
  const listId = useId();
  const [typed, setTyped] = useState("");
  const { found, isSearching } = useSwitcher(typed, finds);
  const choice = useChoice(
    found,
    (one) => {
      onClose();
      navigate(one.to);
    },
    listId,
  );
  return (
    <Dialog title={title} hideTitle look="top" onClose={onClose}>
      <label className="switcher-field">
        <Icon name="search" />
        <span className="visually-hidden">{title}</span>
        <input
          autoFocus
          value={typed}
          placeholder={t(finds === "all" ? "switcher.placeholder" : "people.search")}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setTyped(event.target.value)}
          {...choice.input}
        />
      </label>
      <ul className="choices switcher-choices" {...choice.list} aria-label={title}>
        {found.map((one, index) => (
          <li key={one.key} {...choice.option(index)} data-kind={one.kind}>
            {found[index - 1]?.kind !== one.kind && (
              <span className="choices-heading">{finds === "all" ? t(HEADINGS[one.kind]) : title}</span>
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

interface Line {
  face: PersonRef | null;
  icon: IconName;
  name: string;
  detail: string;
  unread: number;
}

function lineOf(found: Found, t: Translate): Line {
  const ofPerson = (person: Person) => `${person.title} · ${person.unit.name}`;
  switch (found.kind) {
    case "person": {
      const { person } = found;
      return { face: person, icon: "people", name: person.display_name, detail: ofPerson(person), unread: 0 };
    }
    case "conversation": {
      const { conversation } = found;
      const face = conversation.partner ?? conversation.partner_name;
      return {
        face,
        icon: conversationIcon(conversation),
        name: face?.display_name ?? conversation.name ?? t("conversation.unnamed"),
        detail: conversation.partner ? ofPerson(conversation.partner) : "",
        unread: conversation.unread_count,
      };
    }
    case "unit":
      return {
        face: null,
        icon: "tree",
        name: found.unit.name,
        detail: t(`unit.${found.unit.kind}`),
        unread: 0,
      };
  }
}

function FoundLine({ found }: { found: Found }) {
  const line = lineOf(found, useT());
  return (
    <span className="choice-line">
      {line.face ? (
        <Avatar person={line.face} size="small" />
      ) : (
        <span className="row-icon">
          <Icon name={line.icon} size={18} />
        </span>
      )}
      <span className="row-text">
        <span className="row-name">{line.name}</span>
        <small className="row-detail">{line.detail}</small>
      </span>
      {line.unread > 0 && <span className="badge">{line.unread}</span>}
    </span>
  );
}
