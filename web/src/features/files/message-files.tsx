/** What a message brings: images as one sees them, everything else as cards. */
import { useQuery } from "@tanstack/react-query";
import { asApiError } from "../../api/errors";
import type { Attachment } from "../../api/types";
import { useT } from "../../i18n";
import { Icon } from "../../ui/icon";
import { FileCard } from "./file-card";
import { boxOf, isPicture, useFileSize } from "./kinds";
import { thumbnailQuery, useAddress } from "./pictures";

interface MessageFilesProps {
  files: readonly Attachment[];
  onOpen: (fileId: string) => void;
}

export function MessageFiles({ files, onOpen }: MessageFilesProps) {
  const t = useT();
  const pictures = files.filter(isPicture);
  const others = files.filter((file) => !isPicture(file));
  return (
    <div className="files">
      {pictures.length > 0 && (
        <ul className="pictures" aria-label={t("files.pictures")}>
          {pictures.map((file) => (
            <li key={file.id}>
              <Picture file={file} isAlone={pictures.length === 1} onOpen={onOpen} />
            </li>
          ))}
        </ul>
      )}
      {others.length > 0 && (
        <ul className="file-cards" aria-label={t("files.list")}>
          {others.map((file) => (
            <li key={file.id}>
              <FileCard file={file} path={`/files/${file.id}/content`} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

interface PictureProps {
  file: Attachment;
  isAlone: boolean;
  onOpen: (fileId: string) => void;
}

function Picture({ file, isAlone, onOpen }: PictureProps) {
  const t = useT();
  const sizeOf = useFileSize();
  const thumbnail = useQuery(thumbnailQuery(file.id));
  const isGone = thumbnail.isError && asApiError(thumbnail.error).status === 404;
  const address = useAddress(isGone ? null : thumbnail.data);
  const { width, height } = boxOf(file, isAlone);
  // The place is as large as the image will be: what stands below does not move when it comes.
  const place = { inlineSize: width, aspectRatio: `${width} / ${height}` };
  if (isGone) {
    return (
      <p className="picture picture-none" style={place}>
        <Icon name="fileImage" />
        <span>{t("files.gone")}</span>
        <span className="visually-hidden">{file.name}</span>
      </p>
    );
  }
  return (
    <button
      type="button"
      className="picture"
      style={place}
      title={file.name}
      aria-label={t("files.open", { name: file.name, size: sizeOf(file.size) })}
      onClick={() => onOpen(file.id)}
      data-waiting={!address && !thumbnail.isError}
    >
      {address && <img src={address} alt="" draggable={false} />}
      {thumbnail.isError && (
        <span className="picture-none">
          <Icon name="fileImage" />
          <span>{t("files.notLoaded")}</span>
        </span>
      )}
    </button>
  );
}
