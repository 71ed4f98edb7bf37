/** The files above the text: what each is, how far it is, and what one may do with it. */
import type { FileLimits } from "../../api/types";
import { useT } from "../../i18n";
import { IconButton } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { FileName } from "../files/file-name";
import { iconOf, useFileSize } from "../files/kinds";
import { useAddress } from "../files/pictures";
import { ProgressBar } from "../files/progress-bar";
import { type Attached, type Refused, setRefused, useAttached, useRefused } from "./attached";
import { detach, tryAgain } from "./uploads";

/** What every browser shows, and what is not too large to be shown before it is sent. */
const SHOWN = /^image\/(png|jpeg|gif|webp|avif|bmp)$/;
const MOST_SHOWN = 30 * 1024 * 1024;

interface AttachedFilesProps {
  scope: string;
  limits: FileLimits | undefined;
  /** The button that had the focus is gone. */
  onRemoved: () => void;
}

export function AttachedFiles({ scope, limits, onRemoved }: AttachedFilesProps) {
  const t = useT();
  const files = useAttached(scope);
  const refused = useRefused(scope);
  const done = files.filter((one) => one.status === "uploaded").length;
  return (
    <>
      {refused.length > 0 && limits && <RefusedFiles scope={scope} refused={refused} limits={limits} />}
      {files.length > 0 && (
        <ul className="uploads" aria-label={t("files.attached")}>
          {files.map((one) => (
            <li key={one.id} data-wide={(one.status === "failed" && !one.isDenied) || undefined}>
              <Upload scope={scope} one={one} onRemoved={onRemoved} />
            </li>
          ))}
        </ul>
      )}
      <p className="visually-hidden" role="status">
        {files.length > 0 && t("files.uploaded", { done, count: files.length })}
      </p>
    </>
  );
}

interface UploadProps {
  scope: string;
  one: Attached;
  onRemoved: () => void;
}

function Upload({ scope, one, onRemoved }: UploadProps) {
  const t = useT();
  const { id, name, status } = one;
  const isComing = status === "waiting" || status === "uploading";
  return (
    <div className="upload" data-status={status}>
      <UploadSign one={one} />
      <span className="file-words">
        <FileName name={name} />
        <UploadState one={one} />
      </span>
      {status === "failed" && (
        <IconButton icon="retry" label={t("files.retry", { name })} onClick={() => tryAgain(scope, id)} />
      )}
      <IconButton
        icon="close"
        label={t(isComing ? "files.cancel" : "files.remove", { name })}
        onClick={() => {
          detach(scope, id);
          onRemoved();
        }}
      />
      {isComing && <ProgressBar label={t("files.uploading", { name })} part={one.part} />}
    </div>
  );
}

function UploadSign({ one }: { one: Attached }) {
  const isShown = one.file !== null && SHOWN.test(one.mediaType) && one.size <= MOST_SHOWN;
  const address = useAddress(isShown ? one.file : null);
  return (
    <span className="file-sign">
      {address ? (
        <img src={address} alt="" draggable={false} />
      ) : (
        <Icon name={iconOf({ name: one.name, media_type: one.mediaType })} size={22} />
      )}
    </span>
  );
}

function UploadState({ one }: { one: Attached }) {
  const t = useT();
  const sizeOf = useFileSize();
  if (one.status === "failed") {
    const why = one.isDenied ? t("files.denied") : (one.error ?? t("error.network"));
    return (
      <small className="file-failure" role="alert">
        {why}
      </small>
    );
  }
  const size = sizeOf(one.size);
  if (one.status === "waiting") return <small>{`${size} · ${t("files.waiting")}`}</small>;
  // All of it has gone out; the server is looking for malware.
  if (one.status === "uploading" && one.part >= 1) return <small>{`${size} · ${t("files.checking")}`}</small>;
  if (one.status === "uploading") return <small>{`${size} · ${Math.round(one.part * 100)} %`}</small>;
  return <small>{size}</small>;
}

interface RefusedFilesProps {
  scope: string;
  refused: readonly Refused[];
  limits: FileLimits;
}

function RefusedFiles({ scope, refused, limits }: RefusedFilesProps) {
  const t = useT();
  const sizeOf = useFileSize();
  const sentences = refused.map(({ why, name, size }) =>
    t(`files.refused.${why}`, {
      name,
      size: sizeOf(size),
      limit: sizeOf(limits.max_bytes),
      count: limits.max_per_message,
    }),
  );
  return (
    <div className="uploads-refused" role="alert">
      <Icon name="alert" />
      <div>
        {[...new Set(sentences)].map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
      </div>
      <IconButton icon="close" label={t("denial.dismiss")} onClick={() => setRefused(scope, [])} />
    </div>
  );
}
