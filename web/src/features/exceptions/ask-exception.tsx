/** In place of a refusal: asks for an exception, says who is waited for, and shows the answer when it comes. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { FormattedDate } from "react-intl";
import { asApiError } from "../../api/errors";
import { keys } from "../../api/keys";
import type { Decision } from "../../api/types";
import { lastDay } from "../../days";
import { useT } from "../../i18n";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Icon } from "../../ui/icon";
import {
  askException,
  type ExceptionRequest,
  lastRequestQuery,
  lengths,
  myGrantsQuery,
  standing,
  withdrawRequest,
} from "./exceptions";

type Offer = NonNullable<Decision["exception"]>;

interface AskExceptionProps {
  personId: string;
  offer: Offer;
}

export function AskException({ personId, offer }: AskExceptionProps) {
  const t = useT();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const last = useQuery(lastRequestQuery(personId));
  const withdrawing = useMutation({
    mutationFn: withdrawRequest,
    onSettled: () => client.invalidateQueries({ queryKey: keys.exceptions }),
  });
  const request = last.data ?? null;
  const is = standing(request);
  const mayAsk = !last.isPending && (is === "none" || is === "refused" || is === "over");
  return (
    <div className="exception-ask" data-standing={is} aria-live="polite">
      {request && is !== "none" && <Said request={request} />}
      <span className="row-actions">
        {mayAsk && (
          <Button icon="ask" onClick={() => setAsking(true)}>
            {t(is === "none" ? "exception.ask" : "exception.askAgain")}
          </Button>
        )}
        {request && is === "open" && (
          <Button disabled={withdrawing.isPending} onClick={() => withdrawing.mutate(request.id)}>
            {t("exception.withdraw")}
          </Button>
        )}
      </span>
      {withdrawing.error && (
        <p className="form-error" role="alert">
          {asApiError(withdrawing.error).detail.message ?? t("error.network")}
        </p>
      )}
      {asking && <AskDialog personId={personId} offer={offer} onClose={() => setAsking(false)} />}
    </div>
  );
}

/** What has come of the request so far. */
function Said({ request }: { request: ExceptionRequest }) {
  const t = useT();
  const { decided, exception } = request;
  switch (standing(request)) {
    case "open":
      return (
        <p className="exception-said">
          <Icon name="clock" size={18} />
          <span>
            {request.waits_for
              ? t("exception.waitsFor", { name: request.waits_for.display_name })
              : t(request.approver === "security" ? "exception.waitsForSecurity" : "exception.waits")}
          </span>
        </p>
      );
    case "refused":
      return (
        <p className="exception-said">
          <Icon name="close" size={18} />
          <span>
            {t("exception.wasRefused", { name: decided?.by.display_name ?? "" })} {decided?.answer}
          </span>
        </p>
      );
    case "coming":
      return (
        <p className="exception-said">
          <Icon name="check" size={18} />
          <span>
            {t("exception.grantedFrom", { name: decided?.by.display_name ?? "" })}{" "}
            {exception && <Day at={new Date(exception.from)} />}
          </span>
        </p>
      );
    case "active":
      return (
        <p className="exception-said">
          <Icon name="check" size={18} />
          <span>
            {t("exception.granted", { name: decided?.by.display_name ?? "" })}{" "}
            {exception && <Day at={lastDay(exception.until)} />}
          </span>
        </p>
      );
    case "over":
      return (
        <p className="exception-said">
          <Icon name="clock" size={18} />
          <span>
            {exception?.ended
              ? `${t("exception.endedBy", { name: exception.ended.by.display_name })} ${exception.ended.reason}`
              : t("exception.over")}
          </span>
        </p>
      );
    default:
      return null;
  }
}

export function Day({ at }: { at: Date }) {
  return (
    <time dateTime={at.toISOString()}>
      <FormattedDate value={at} day="numeric" month="long" year="numeric" />
    </time>
  );
}

interface AskDialogProps extends AskExceptionProps {
  onClose: () => void;
}

function AskDialog({ personId, offer, onClose }: AskDialogProps) {
  const t = useT();
  const client = useQueryClient();
  const choices = lengths(offer.longest_days);
  const [days, setDays] = useState(choices.includes(7) ? 7 : (choices.at(-1) ?? 1));
  const [reason, setReason] = useState("");
  const asking = useMutation({
    mutationFn: () => askException({ person_id: personId, reason: reason.trim(), days }),
    onSuccess: onClose,
    onSettled: () => client.invalidateQueries({ queryKey: keys.exceptions }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // The dialog lies within the page's own forms only for React.
    event.stopPropagation();
    if (reason.trim() && !asking.isPending) asking.mutate();
  };
  return (
    <Dialog title={t("exception.askTitle")} onClose={onClose}>
      <form className="form" onSubmit={submit}>
        <p>{t(offer.approver === "security" ? "exception.goesToSecurity" : "exception.goesToSuperior")}</p>
        <label className="field">
          <span>{t("exception.reason")}</span>
          <textarea
            autoFocus
            required
            rows={3}
            maxLength={2000}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
          <small className="fine">{t("exception.reasonHint")}</small>
        </label>
        <label className="field">
          <span>{t("exception.howLong")}</span>
          <select value={days} onChange={(event) => setDays(Number(event.target.value))}>
            {choices.map((count) => (
              <option key={count} value={count}>
                {t("exception.days", { count })}
              </option>
            ))}
          </select>
        </label>
        {asking.error && (
          <p className="form-error" role="alert">
            {asApiError(asking.error).detail.message ?? t("error.network")}
          </p>
        )}
        <div className="form-actions">
          <Button look="quiet" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button look="primary" type="submit" disabled={!reason.trim() || asking.isPending}>
            {t("exception.send")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Above the place to write: that one may only because it was granted, and until when. */
export function GrantNote({ personId }: { personId: string }) {
  const t = useT();
  const grant = useQuery(myGrantsQuery).data?.find((one) => one.target.id === personId);
  if (!grant) return null;
  return (
    <p className="exception-note" role="status">
      <Icon name="check" size={16} />
      <span>
        {t("exception.granted", { name: grant.made_by.display_name })} <Day at={lastDay(grant.until)} />
      </span>
    </p>
  );
}
