/** Blocks contact between two people, both ways and for a time: for the security office. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { asApiError } from "../../api/errors";
import { keys } from "../../api/keys";
import type { PersonRef } from "../../api/types";
import { dayBegins, dayEnds, dayOf } from "../../days";
import { useT } from "../../i18n";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { PeoplePicker } from "../people/people-picker";
import { makeBlock } from "./exceptions";
import { daysAfter } from "./grant-dialog";

/** The longest block; after that somebody looks at it again. */
const LONGEST_DAYS = 365;

export function BlockDialog({ onClose }: { onClose: () => void }) {
  const t = useT();
  const client = useQueryClient();
  const today = dayOf(new Date());
  const [pair, setPair] = useState<PersonRef[]>([]);
  const [from, setFrom] = useState(today);
  const [until, setUntil] = useState("");
  const [reason, setReason] = useState("");
  const [one, other] = pair;
  const making = useMutation({
    mutationFn: () =>
      makeBlock({
        person_id: one?.id ?? "",
        target_id: other?.id ?? "",
        from: from > today ? dayBegins(from) : undefined,
        until: dayEnds(until),
        reason: reason.trim(),
      }),
    onSuccess: onClose,
    onSettled: () => client.invalidateQueries({ queryKey: keys.exceptions }),
  });
  const isWhole = one && other && until >= from && reason.trim() !== "";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isWhole && !making.isPending) making.mutate();
  };
  return (
    <Dialog title={t("exception.blockTitle")} onClose={onClose}>
      <form className="form" onSubmit={submit}>
        <p className="fine">{t("exception.blockText")}</p>
        <fieldset className="field plain-set">
          <legend>{t("exception.between")}</legend>
          <PeoplePicker
            label={t("exception.between")}
            chosen={pair}
            // There are two places: the last two chosen count.
            onChange={(people) => setPair(people.slice(-2))}
          />
        </fieldset>
        <div className="field-pair">
          <label className="field">
            <span>{t("exception.firstDay")}</span>
            <input
              type="date"
              required
              min={today}
              max={daysAfter(today, LONGEST_DAYS)}
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
              max={daysAfter(from, LONGEST_DAYS)}
              value={until}
              onChange={(event) => setUntil(event.target.value)}
            />
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
          <small className="fine">{t("directory.reasonHint")}</small>
        </label>
        {making.error && (
          <p className="form-error" role="alert">
            {asApiError(making.error).detail.message ?? t("error.network")}
          </p>
        )}
        <div className="form-actions">
          <Button look="quiet" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button look="danger" type="submit" disabled={!isWhole || making.isPending}>
            {t("exception.block")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
