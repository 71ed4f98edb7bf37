/** One line of the sidebar: a person or a conversation, what was said last, and how much is unread. */
import { type Translate, useT } from "../../i18n";
import { Link } from "../../navigation";
import { Avatar } from "../../ui/avatar";
import { Icon } from "../../ui/icon";
import { isOpen as isOpenLabel, LabelDot } from "../../ui/label";
import { useHasAttached } from "../composer/attached";
import { personScope, useHasDraft } from "../composer/drafts";
import { conversationIcon, useConversationName } from "../conversations/name";
import { Bell } from "../notices/bell";
import { toggleMuted } from "../notices/muted";
import type { SidebarEntry } from "./sidebar-model";

interface RowProps {
  entry: SidebarEntry;
  isOpen: boolean;
  isMuted: boolean;
}

export function SidebarRow({ entry, isOpen, isMuted }: RowProps) {
  const t = useT();
  const { conversation, person } = entry;
  // Whoever has left is known by name only.
  const face = person ?? conversation?.partner_name ?? null;
  const name = useConversationName(conversation, person);
  const scope = conversation ? conversation.id : personScope(entry.key);
  const hasWords = useHasDraft(scope);
  const hasFiles = useHasAttached(scope);
  const hasDraft = hasWords || hasFiles;
  const unread = isOpen ? 0 : (conversation?.unread_count ?? 0);
  const row = (
    <Link
      to={entry.to}
      className="sidebar-row"
      aria-current={isOpen ? "page" : undefined}
      data-unread={unread > 0 && !isMuted}
      data-muted={isMuted || undefined}
      data-person={person?.id}
    >
      {face ? (
        <Avatar person={face} />
      ) : (
        <span className="row-icon row-icon-boxed">
          <Icon name={conversation ? conversationIcon(conversation) : "group"} size={18} />
        </span>
      )}
      <span className="row-text">
        <span className="row-name">{name}</span>
        <small className="row-detail">{person ? person.title : lastLine(entry, t)}</small>
      </span>
      {conversation && !isOpenLabel(conversation.label) && <LabelDot label={conversation.label} />}
      {hasDraft && !isOpen && (
        <span className="row-draft" title={t("sidebar.draft")}>
          <Icon name="write" size={14} />
          <span className="visually-hidden">{t("sidebar.draft")}</span>
        </span>
      )}
      {isMuted && (
        <span className="row-draft">
          <Bell isOff size={14} />
        </span>
      )}
      {unread > 0 && (
        <span className="badge">
          <span aria-hidden="true">{unread > 99 ? "99+" : unread}</span>
          <span className="visually-hidden">{t("sidebar.unread", { count: unread })}</span>
        </span>
      )}
    </Link>
  );
  if (!conversation) return row;
  const mute = t(isMuted ? "sidebar.unmute" : "sidebar.mute", { name });
  return (
    <>
      {row}
      <button
        type="button"
        className="icon-button row-mute"
        aria-label={mute}
        title={mute}
        // One stop for Tab is enough; the settings list them all.
        tabIndex={isOpen ? 0 : -1}
        onClick={() => toggleMuted(conversation.id)}
      >
        <Bell isOff={isMuted} />
      </button>
    </>
  );
}

function lastLine(entry: SidebarEntry, t: Translate): string {
  const last = entry.conversation?.last_message;
  if (!last) return "";
  const said = last.body || (last.files.length > 0 ? t("files.brought", { count: last.files.length }) : "");
  if (last.deleted_at) return t("message.deleted");
  return `${last.author.display_name}: ${last.erased_at ? t("message.erased") : said}`;
}
