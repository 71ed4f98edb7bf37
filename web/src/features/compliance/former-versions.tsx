/** What a message said before it was changed or taken back, as an officer reads it. */
import type { Message, MessageVersion } from "../../api/types";
import { useT } from "../../i18n";
import { useActionT } from "../../i18n/message-actions";
import { linkify } from "../conversations/linkify";
import { FileCard } from "../files/file-card";
import { WhenExactly } from "./when-exactly";
import "../../styles/case-versions.css";

/** Those of one message, the first one first. */
export const versionsOf = (
  message: Pick<Message, "conversation_id" | "seq">,
  versions: readonly MessageVersion[],
): MessageVersion[] =>
  versions
    .filter((one) => one.conversation_id === message.conversation_id && one.seq === message.seq)
    .sort((a, b) => a.version - b.version);

interface FormerVersionsProps {
  message: Message;
  versions: readonly MessageVersion[];
  caseId: string;
}

/** What one that was taken back said last is read at once, and what any said before that when it is wanted. */
export function FormerVersions({ message, versions, caseId }: FormerVersionsProps) {
  const say = useActionT();
  const { deleted_at: deletedAt, deleted_by: by, edited_at: editedAt, author } = message;
  const last = deletedAt ? versions.at(-1) : undefined;
  const earlier = last ? versions.slice(0, -1) : versions;
  return (
    <>
      {last && <Words body={last.body} files={last.files} caseId={caseId} />}
      {deletedAt && (
        <p className="case-message-deleted">
          {say("case.deleted")} <WhenExactly at={deletedAt} withSeconds />
          {by && by.id !== author.id && ` · ${say("case.deletedBy", { name: by.display_name })}`}
        </p>
      )}
      {!deletedAt && editedAt && (
        <p className="fine">
          {say("case.editedAt")} <WhenExactly at={editedAt} withSeconds />
        </p>
      )}
      {earlier.length > 0 && (
        <details className="more-filters">
          <summary>{say("case.before", { count: earlier.length })}</summary>
          <ol className="case-versions">
            {earlier.map((one) => (
              <li key={one.version}>
                <p className="fine">
                  {say("history.version", { version: one.version })}, {say("case.until")}{" "}
                  <WhenExactly at={one.until_at} withSeconds />
                </p>
                <Words body={one.body} files={one.files} caseId={caseId} />
              </li>
            ))}
          </ol>
        </details>
      )}
    </>
  );
}

/** The words, and what came with them. */
export function Words({ body, files, caseId }: Pick<Message, "body" | "files"> & { caseId: string }) {
  const t = useT();
  return (
    <>
      {body && <p className="case-message-body">{linkify(body)}</p>}
      {files.length > 0 && (
        <ul className="file-cards" aria-label={t("files.list")}>
          {files.map((file) => (
            <li key={file.id}>
              <FileCard file={file} path={`/compliance/cases/${caseId}/files/${file.id}/content`} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
