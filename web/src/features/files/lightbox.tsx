/** An image as large as the window allows, and the others of the conversation beside it. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { FormattedDate } from "react-intl";
import { asApiError } from "../../api/errors";
import type { Attachment, PersonRef } from "../../api/types";
import { useT } from "../../i18n";
import { IconButton } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Icon } from "../../ui/icon";
import { save } from "./downloads";
import { FileName } from "./file-name";
import { useFileSize } from "./kinds";
import { pictureQuery, thumbnailQuery, useAddress } from "./pictures";

export interface ShownPicture {
  file: Attachment;
  author: PersonRef;
  at: string;
}

interface LightboxProps {
  /** In the order in which they were sent. */
  pictures: readonly ShownPicture[];
  shown: string;
  onShow: (fileId: string) => void;
  onClose: () => void;
}

export function Lightbox({ pictures, shown, onShow, onClose }: LightboxProps) {
  const t = useT();
  const position = pictures.findIndex((one) => one.file.id === shown);
  const picture = pictures[position];
  const previous = pictures[position - 1];
  const next = pictures[position + 1];
  const go = (to: ShownPicture | undefined) => to && onShow(to.file.id);
  useArrows((isForward) => go(isForward ? next : previous));
  // Its message was erased while it was open.
  if (!picture) return null;
  const { name } = picture.file;
  return (
    <Dialog title={name} hideTitle look="full" onClose={onClose}>
      <div className="lightbox">
        <LightboxHead picture={picture} onClose={onClose} />
        <Large key={picture.file.id} picture={picture} />
        {pictures.length > 1 && (
          <footer className="lightbox-foot">
            <IconButton
              icon="back"
              label={t("files.previous")}
              aria-disabled={!previous}
              onClick={() => go(previous)}
            />
            <span role="status">
              {t("files.position", { position: position + 1, count: pictures.length })}
              <span className="visually-hidden"> {name}</span>
            </span>
            <IconButton icon="right" label={t("files.next")} aria-disabled={!next} onClick={() => go(next)} />
          </footer>
        )}
      </div>
    </Dialog>
  );
}

/** Wherever in the dialog the focus is: nothing in it has arrows of its own. */
function useArrows(onArrow: (isForward: boolean) => void): void {
  const latest = useRef(onArrow);
  latest.current = onArrow;
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key === "ArrowLeft" || event.key === "ArrowRight") latest.current(event.key === "ArrowRight");
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);
}

function LightboxHead({ picture, onClose }: { picture: ShownPicture; onClose: () => void }) {
  const t = useT();
  const sizeOf = useFileSize();
  const { file, author, at } = picture;
  const whole = useQuery(pictureQuery(file.id)).data;
  return (
    <header className="lightbox-head">
      <div className="file-words">
        <h2>
          <FileName name={file.name} />
        </h2>
        <small>
          {author.display_name} · <FormattedDate value={at} day="numeric" month="long" /> ·{" "}
          {sizeOf(file.size)}
        </small>
      </div>
      <IconButton
        icon="download"
        label={t("files.download", { name: file.name, size: sizeOf(file.size) })}
        aria-disabled={!whole}
        onClick={() => whole && save(whole, file.name)}
      />
      <IconButton icon="close" label={t("common.close")} onClick={onClose} />
    </header>
  );
}

/** The small image is there at once; the whole one takes its place when it has come. */
function Large({ picture: { file } }: { picture: ShownPicture }) {
  const t = useT();
  const query = useQuery(pictureQuery(file.id));
  const small = useAddress(useQuery(thumbnailQuery(file.id)).data);
  const whole = useAddress(query.data);
  const [isUnreadable, setUnreadable] = useState(false);
  if (query.isError) {
    const error = asApiError(query.error);
    return (
      <p className="lightbox-stage lightbox-none" role="status">
        <Icon name="fileImage" size={28} />
        {error.status === 404 ? t("files.gone") : (error.detail.message ?? t("error.network"))}
      </p>
    );
  }
  const address = whole && !isUnreadable ? whole : small;
  return (
    <div className="lightbox-stage" aria-busy={query.isPending}>
      {address && (
        <img
          src={address}
          alt={file.name}
          width={file.width ?? undefined}
          height={file.height ?? undefined}
          draggable={false}
          // The server reads kinds of images that this browser may not.
          onError={() => setUnreadable(true)}
        />
      )}
      {query.isPending && <span className="spinner" aria-hidden="true" />}
    </div>
  );
}
