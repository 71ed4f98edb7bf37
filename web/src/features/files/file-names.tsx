/** The files of a message that is only quoted. */
import type { Attachment } from "../../api/types";
import { Icon } from "../../ui/icon";

export function FileNames({ files }: { files: readonly Attachment[] }) {
  if (files.length === 0) return null;
  return (
    <p className="file-names">
      <Icon name="clip" size={16} />
      <span>{files.map((file) => file.name).join(", ")}</span>
    </p>
  );
}
