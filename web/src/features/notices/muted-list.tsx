/** The conversations that one does not want to hear of, to be taken off the list or put on it. */
import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { conversationsQuery } from "../../api/queries";
import type { Conversation } from "../../api/types";
import { useT } from "../../i18n";
import { useLaterT } from "../../i18n/later";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { useChoice } from "../../ui/use-choice";
import { conversationIcon } from "../conversations/name";
import { matchesWords } from "../switcher/use-switcher";
import { toggleMuted, useMuted } from "./muted";

const MOST_SHOWN = 8;

export function MutedList() {
  const t = useT();
  const later = useLaterT();
  const muted = useMuted();
  const nameOf = (one: Conversation) =>
    one.partner_name?.display_name ?? one.name ?? t("conversation.unnamed");
  const all = [...(useQuery(conversationsQuery).data ?? [])].sort((a, b) =>
    nameOf(a).localeCompare(nameOf(b)),
  );
  const silent = all.filter((one) => muted.includes(one.id));
  return (
    <fieldset className="notices-group">
      <legend>{later("notices.muted")}</legend>
      {silent.length === 0 && <p className="fine">{later("notices.mutedNone")}</p>}
      <ul className="notices-muted">
        {silent.map((one) => (
          <li key={one.id}>
            <span className="row-name">{nameOf(one)}</span>
            <Button
              aria-label={`${later("notices.unmute")}: ${nameOf(one)}`}
              onClick={() => toggleMuted(one.id)}
            >
              {later("notices.unmute")}
            </Button>
          </li>
        ))}
      </ul>
      <MuteOne conversations={all.filter((one) => !muted.includes(one.id))} nameOf={nameOf} />
    </fieldset>
  );
}

interface MuteOneProps {
  conversations: Conversation[];
  nameOf: (conversation: Conversation) => string;
}

function MuteOne({ conversations, nameOf }: MuteOneProps) {
  const later = useLaterT();
  const listId = useId();
  const [typed, setTyped] = useState("");
  const found = typed.trim()
    ? conversations.filter((one) => matchesWords(nameOf(one), typed)).slice(0, MOST_SHOWN)
    : [];
  const mute = (one: Conversation) => {
    toggleMuted(one.id);
    setTyped("");
  };
  const choice = useChoice(found, mute, listId);
  return (
    <div className="picker notices-mute">
      <label className="search-field">
        <Icon name="search" />
        <span className="visually-hidden">{later("notices.mute")}</span>
        <input
          value={typed}
          placeholder={later("notices.mute")}
          autoComplete="off"
          onChange={(event) => setTyped(event.target.value)}
          {...choice.input}
        />
      </label>
      {found.length > 0 && (
        <ul className="choices" {...choice.list} aria-label={later("notices.mute")}>
          {found.map((one, index) => (
            <li key={one.id} {...choice.option(index)}>
              <span className="row-icon">
                <Icon name={one.kind === "direct" ? "people" : conversationIcon(one)} size={18} />
              </span>
              <span className="row-name">{nameOf(one)}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
