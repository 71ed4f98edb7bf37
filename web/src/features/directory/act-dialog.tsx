/** Asks for a reason and a last look before something is done that others will see. */
import { type QueryKey, useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { asApiError } from "../../api/errors";
import { useT } from "../../i18n";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { directoryKey } from "./api";

interface ActDialogProps {
  title: string;
  /** What is going to happen, in numbers where there are some. */
  children: ReactNode;
  confirm: string;
  look?: "primary" | "danger";
  act: (reason: string) => Promise<unknown>;
  /** What is asked for, where that is no reason. */
  asks?: { label: string; hint: string };
  /** What is read again afterwards. */
  invalidates?: QueryKey;
  onClose: () => void;
}

export function ActDialog({
  title,
  children,
  confirm,
  look = "primary",
  act,
  asks,
  invalidates = directoryKey,
  onClose,
}: ActDialogProps) {
  const t = useT();
  const client = useQueryClient();
  const [reason, setReason] = useState("");
  const doing = useMutation({
    mutationFn: act,
    onSuccess: onClose,
    // Also after a refusal: somebody else may have decided meanwhile.
    onSettled: () => client.invalidateQueries({ queryKey: invalidates }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (reason.trim() && !doing.isPending) doing.mutate(reason.trim());
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form className="form" onSubmit={submit}>
        <div className="act-summary">{children}</div>
        <label className="field">
          <span>{asks?.label ?? t("directory.reason")}</span>
          <textarea
            autoFocus
            required
            rows={3}
            maxLength={2000}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
          <small className="fine">{asks?.hint ?? t("directory.reasonHint")}</small>
        </label>
        {doing.error && (
          <p className="form-error" role="alert">
            {asApiError(doing.error).detail.message ?? t("error.network")}
          </p>
        )}
        <div className="form-actions">
          <Button look="quiet" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button look={look} type="submit" disabled={!reason.trim() || doing.isPending}>
            {confirm}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
