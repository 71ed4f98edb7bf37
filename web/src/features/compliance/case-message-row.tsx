/** A message as an officer reads it: who, in which capacity, when, under which label, by which rule, and the words. */
import type { Message, MessageVersion } from "../../api/types";
import { useT } from "../../i18n";
import { Link } from "../../navigation";
import { paths } from "../../paths";
import { Icon } from "../../ui/icon";
import { LabelChip } from "../../ui/label";
import type { Place } from "./api";
import { FormerVersions, versionsOf, Words } from "./former-versions";
import { PlaceName } from "./place-name";
import { WhenExactly } from "./when-exactly";

interface CaseMessageRowProps {
  message: Message;
  /** What the messages of the page said before. */
  versions: readonly MessageVersion[];
  /** Where it was said, where that is not the page's own conversation. */
  place?: Place;
  caseId: string;
}

export function CaseMessageRow({ message, versions, place, caseId }: CaseMessageRowProps) {
  const t = useT();
  const { author, hat, principal, notice } = message;
  return (
    <article
      className="case-message"
      data-seq={message.seq}
      data-deleted={message.deleted_at != null || undefined}
    >
      <header>
        <strong>{author.display_name}</strong>
        {hat !== "own" && (
          <span className="hat-chip">
            <Icon name="hat" size={14} />
            {t(`hat.${hat}`, { name: principal?.display_name ?? "" })}
          </span>
        )}
        <LabelChip label={message.label} />
        <WhenExactly at={message.created_at} withSeconds />
        <span className="fine">№ {message.seq}</span>
        <code className="rule-code">{message.rule}</code>
      </header>
      {notice && <p className="fine">{t(`label.notice.${notice.kind}`, { name: author.display_name })}</p>}
      {message.erased_at ? (
        <p className="fine">
          {t("compliance.erased")} <WhenExactly at={message.erased_at} />
        </p>
      ) : (
        <>
          <Words body={message.body} files={message.files} caseId={caseId} />
          <FormerVersions message={message} versions={versionsOf(message, versions)} caseId={caseId} />
        </>
      )}
      {place && (
        <Link
          to={`${paths.complianceReading(caseId, place.id)}?near=${message.seq}`}
          className="case-message-place"
        >
          <PlaceName place={{ ...place, label: undefined }} /> <span>{t("compliance.readAround")}</span>
        </Link>
      )}
    </article>
  );
}
