/** Grants what was asked for: from which day, until which, and why. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { asApiError } from "../../api/errors";
import { keys } from "../../api/keys";
import { dayBegins, dayEnds, dayOf } from "../../days";
import { useT } from "../../i18n";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { type ExceptionRequest, grantRequest } from "./exceptions";

interface GrantDialogProps {
  request: ExceptionRequest;
  onClose: () => void;
}

/** The day so many days after another one. */
export function daysAfter(day: string, days: number): string {
  const moment = new Date(`${day}T12:00:00`);
  moment.setDate(moment.getDate() + days);
  return dayOf(moment);
}

export function GrantDialog({ request, onClose }: GrantDialogProps) {
  const t = useT();
  const client = useQueryClient();
  const today = dayOf(new Date());
  const longestDays = request.longest_days;
  const [from, setFrom] = useState(today);
  // The last day counts whole, so that it is one day less than the longest time.
  const latest = daysAfter(from, longestDays - 1);
  const wanted = dayOf(new Date(request.wanted_until));
  const [until, setUntil] = useState(wanted < today ? today : wanted > latest ? latest : wanted);
  const [reason, setReason] = useState("");
  const granting = useMutation({
    mutationFn: () =>
      grantRequest(request.id, {
        // What begins today begins now.
        from: from > today ? dayBegins(from) : undefined,
        until: dayEnds(until),
        reason: reason.trim(),
      }),
    onSuccess: onClose,
    onSettled: () => client.invalidateQueries({ queryKey: keys.exceptions }),
  });
  const isWhole = reason.trim() !== "" && until >= from && until <= latest;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isWhole && !granting.isPending) granting.mutate();
  };
  return (
    <Dialog title={t("exception.grantTitle")} onClose={onClose}>
      <form className="form" onSubmit={submit}>
        <div className="act-summary">
          <p>
            {t("exception.pair", {
              person: request.person.display_name,
              target: request.target.display_name,
            })}
          </p>
          <p className="exception-reason">{request.reason}</p>
        </div>
        <div className="field-pair">
          <label className="field">
            <span>{t("exception.firstDay")}</span>
            <input
              type="date"
              required
              min={today}
              max={daysAfter(today, longestDays)}
              value={from}
              onChange={(event) => setFrom(event.target.value)}
            />
          </label>
          <label className="field">
            <span>{t("exception.lastDay")}</span>
            <input
              type="date"
              required
              min={from}
              max={latest}
              value={until}
              onChange={(event) => setUntil(event.target.value)}
            />
            <small className="fine">{t("exception.longest", { count: longestDays })}</small>
          </label>
        </div>
        <label className="field">
          <span>{t("exception.reason")}</span>
          <textarea
            required
            rows={2}
            maxLength={2000}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
          <small className="fine">{t("exception.answerHint")}</small>
        </label>
        {granting.error && (
          <p className="form-error" role="alert">
            {asApiError(granting.error).detail.message ?? t("error.network")}
          </p>
        )}
        <div className="form-actions">
          <Button look="quiet" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button look="primary" type="submit" disabled={!isWhole || granting.isPending}>
            {t("exception.grant")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
