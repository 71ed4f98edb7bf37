/** One suggestion: a person with post and unit, a conversation, a day, or files. */
import { FormattedDate } from "react-intl";
import { useT } from "../../i18n";
import { useSearchT } from "../../i18n/search";
import { Avatar } from "../../ui/avatar";
import { Icon } from "../../ui/icon";
import { conversationIcon } from "../conversations/name";
import type { Suggestion } from "./use-suggestions";

export function SuggestionLine({ suggestion }: { suggestion: Suggestion }) {
  const t = useT();
  const say = useSearchT();
  switch (suggestion.kind) {
    case "person": {
      const { person, isMe } = suggestion;
      return (
        <>
          <Avatar person={person} size="small" />
          <span className="row-text">
            <span className="row-name">
              {person.display_name}
              {isMe && ` (${say("search.me")})`}
            </span>
            <small className="row-detail">
              {person.unit ? `${person.title} · ${person.unit.name}` : person.title}
            </small>
          </span>
        </>
      );
    }
    case "conversation": {
      const { conversation } = suggestion;
      const partner = conversation.partner ?? conversation.partner_name;
      return (
        <>
          {partner ? (
            <Avatar person={partner} size="small" />
          ) : (
            <span className="row-icon">
              <Icon name={conversationIcon(conversation)} size={18} />
            </span>
          )}
          <span className="row-name">
            {partner?.display_name ?? conversation.name ?? t("conversation.unnamed")}
          </span>
        </>
      );
    }
    case "day":
      return (
        <>
          <span className="row-icon">
            <Icon name="clock" size={18} />
          </span>
          <span className="row-text">
            <span className="row-name">{say(`search.day.${suggestion.which}`)}</span>
            <small className="row-detail">
              <Day day={suggestion.day} />
            </small>
          </span>
        </>
      );
    case "file":
      return (
        <>
          <span className="row-icon">
            <Icon name="clip" size={18} />
          </span>
          <span className="row-name">{say("search.file")}</span>
        </>
      );
  }
}

export function Day({ day }: { day: string }) {
  // Noon in Greenwich is the same day nearly everywhere; the zone makes it so everywhere.
  return (
    <FormattedDate value={`${day}T12:00:00Z`} timeZone="UTC" day="numeric" month="long" year="numeric" />
  );
}
