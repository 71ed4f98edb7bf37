/** Places a hold: on what a case is about, or under a number of its own. It holds at once. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { asApiError } from "../../api/errors";
import { useT } from "../../i18n";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { type Case, holdsKey, placeHold } from "./case-api";
import { Lines } from "./case-dialog";
import { bodyOf, emptyScope, faultOf } from "./scope-draft";
import { ScopeFields } from "./scope-fields";
import { ScopeView } from "./scope-view";

export function HoldDialog({ ofCase, onClose }: { ofCase?: Case; onClose: () => void }) {
  const t = useT();
  const client = useQueryClient();
  const [number, setNumber] = useState("");
  const [reason, setReason] = useState("");
  const [scope, setScope] = useState(emptyScope);
  const isReady = reason.trim() !== "" && (ofCase || (number.trim() !== "" && faultOf(scope) === null));
  const placing = useMutation({
    mutationFn: () =>
      placeHold(
        ofCase
          ? { case_id: ofCase.id, reason: reason.trim() }
          : { number: number.trim(), scope: bodyOf(scope), reason: reason.trim() },
      ),
    onSuccess: onClose,
    onSettled: () => client.invalidateQueries({ queryKey: holdsKey }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isReady && !placing.isPending) placing.mutate();
  };
  return (
    <Dialog title={t("compliance.placeHold")} onClose={onClose}>
      <form className="form" onSubmit={submit}>
        <p>{t("compliance.placeHoldText")}</p>
        {ofCase?.scope ? (
          <ScopeView scope={ofCase.scope} />
        ) : (
          <>
            <label className="field">
              <span>{t("compliance.number")}</span>
              <input
                autoFocus
                required
                maxLength={60}
                value={number}
                onChange={(event) => setNumber(event.target.value)}
              />
            </label>
            <ScopeFields scope={scope} onChange={setScope} />
          </>
        )}
        <Lines label={t("compliance.reason")} value={reason} onChange={setReason} />
        {placing.error && (
          <p className="form-error" role="alert">
            {asApiError(placing.error).detail.message ?? t("error.network")}
          </p>
        )}
        <div className="form-actions">
          <Button look="quiet" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button look="primary" type="submit" disabled={!isReady || placing.isPending}>
            {t("compliance.placeHold")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
