/** A file that one may have: what it is, and a button that fetches it. */
import type { Attachment } from "../../api/types";
import { useT } from "../../i18n";
import { Icon } from "../../ui/icon";
import { cancelDownload, download, useDownload } from "./downloads";
import { FileName } from "./file-name";
import { iconOf, useFileSize } from "./kinds";
import { ProgressBar } from "./progress-bar";

/** What comes at once needs no sign of coming. */
const WORTH_A_BAR = 256 * 1024;

export function FileCard({ file, path }: { file: Attachment; path: string }) {
  const t = useT();
  const sizeOf = useFileSize();
  const { name } = file;
  const size = sizeOf(file.size);
  const underWay = useDownload(path);
  const part = underWay && "part" in underWay ? underWay.part : null;
  const failure = underWay && "isGone" in underWay ? underWay : null;
  const isComing = part !== null && file.size >= WORTH_A_BAR;
  return (
    <div className="file-card" data-gone={failure?.isGone || undefined}>
      <button
        type="button"
        aria-label={
          isComing ? t("files.cancelDownload", { name, size }) : t("files.download", { name, size })
        }
        onClick={() => (part === null ? void download(path, file) : cancelDownload(path))}
      >
        <span className="file-sign">
          <Icon name={iconOf(file)} size={24} />
        </span>
        <span className="file-words">
          <FileName name={name} /> <small>{size}</small>
        </span>
        <Icon name={isComing ? "close" : "download"} size={18} />
      </button>
      {isComing && <ProgressBar label={t("files.downloading", { name })} part={part} />}
      {failure && (
        <p className="file-failure" role="status">
          {failure.isGone ? t("files.gone") : (failure.error ?? t("error.network"))}
        </p>
      )}
    </div>
  );
}
