/** Asks once more before a message is taken back, and shows which one. */
import { type QueryClient, useMutation } from "@tanstack/react-query";
import { asApiError } from "../../api/errors";
import type { Id } from "../../api/types";
import { useT } from "../../i18n";
import { useActionT } from "../../i18n/message-actions";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { LabelChip } from "../../ui/label";
import { FileNames } from "../files/file-names";
import { deleteMessage, sentenceOf } from "./changes";
import type { Row } from "./rows";

interface DeleteDialogProps {
  row: Row;
  isMine: boolean;
  conversationId: Id;
  client: QueryClient;
  onClose: () => void;
}

export function DeleteDialog({ row, isMine, conversationId, client, onClose }: DeleteDialogProps) {
  const t = useT();
  const say = useActionT();
  const deleting = useMutation({
    mutationFn: () => deleteMessage(client, conversationId, row.id ?? ""),
    onSuccess: onClose,
  });
  return (
    <Dialog title={say("delete.title")} onClose={onClose}>
      <div className="form">
        <blockquote className="label-quote">
          <strong>{row.author.display_name}</strong> {row.label && <LabelChip label={row.label} />}
          {row.body && <p>{row.body}</p>}
          <FileNames files={row.files} />
        </blockquote>
        <p>
          {say(isMine ? "delete.own" : "delete.others")} {say("delete.text")}
        </p>
        {deleting.isError && (
          <p className="form-error" role="alert">
            {sentenceOf(asApiError(deleting.error)) || t("error.network")}
          </p>
        )}
        <div className="form-actions">
          <Button look="quiet" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button look="danger" disabled={deleting.isPending} onClick={() => deleting.mutate()}>
            {say("act.delete")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
