/** The head of a conversation: whom or what it is with, and the way back on a phone. */
import type { Conversation, Person, PersonRef } from "../../api/types";
import { useT } from "../../i18n";
import { Link, openPerson } from "../../navigation";
import { paths } from "../../paths";
import { Avatar } from "../../ui/avatar";
import { IconButton } from "../../ui/button";
import { Icon, type IconName } from "../../ui/icon";
import { Empty } from "../../ui/notice";
import { ConversationLabel } from "../labels/conversation-label";
import { conversationIcon, useConversationName } from "./name";

interface HeadProps {
  conversation: Conversation;
  showsMembers: boolean;
  onToggleMembers: (() => void) | undefined;
}

export function ConversationHead({ conversation, showsMembers, onToggleMembers }: HeadProps) {
  const t = useT();
  const name = useConversationName(conversation, conversation.partner);
  const partner = conversation.partner ?? conversation.partner_name;
  if (partner) return <PersonHead person={partner} conversation={conversation} />;
  return (
    <header className="page-head">
      <BackLink />
      <span className="row-icon row-icon-boxed">
        <Icon name={conversationIcon(conversation)} />
      </span>
      <div className="page-title">
        <h1>{name}</h1>
        <p>
          {conversation.channel_kind ? t(`channel.${conversation.channel_kind}`) : t("channel.group")} ·{" "}
          {t("conversation.members", { count: conversation.members_count })}
        </p>
      </div>
      <ConversationLabel conversation={conversation} />
      <IconButton
        icon="group"
        label={t("members.title")}
        aria-pressed={showsMembers}
        onClick={onToggleMembers}
      />
    </header>
  );
}

interface PersonHeadProps {
  person: Person | PersonRef;
  /** Absent before anything was written. */
  conversation?: Conversation;
}

export function PersonHead({ person, conversation }: PersonHeadProps) {
  const t = useT();
  return (
    <header className="page-head">
      <BackLink />
      <button type="button" className="page-person" onClick={() => openPerson(person.id)}>
        <Avatar person={person} />
        <span className="page-title">
          <h1>{person.display_name}</h1>
          <span className="page-subtitle">
            {person.status === "active" && "unit" in person
              ? `${person.title} · ${person.unit.name}`
              : t(person.status === "disabled" ? "person.disabled" : "person.gone")}
          </span>
        </span>
      </button>
      {conversation && <ConversationLabel conversation={conversation} />}
      <IconButton icon="info" label={t("person.card")} onClick={() => openPerson(person.id)} />
    </header>
  );
}

/** Only seen at phone width, where sidebar and page are two screens. */
export function BackLink({ to }: { to?: string }) {
  const t = useT();
  return (
    <Link to={to ?? paths.home()} className="icon-button back-link" aria-label={t("common.back")}>
      <Icon name="back" />
    </Link>
  );
}

/** In place of a conversation that is not there, with the way back on a phone. */
export function GonePage(props: { icon: IconName; title: string; text: string }) {
  return (
    <div className="conversation">
      <header className="page-head page-head-bare">
        <BackLink />
      </header>
      <div className="timeline-frame">
        <Empty {...props} />
      </div>
    </div>
  );
}
