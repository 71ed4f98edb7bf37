/** One wish for a lower label: of what, from which to which, why, and what became of it. */
import type { LabelRequest } from "../../api/types";
import { useT } from "../../i18n";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { LabelChip } from "../../ui/label";
import { When } from "../directory/when";
import { FileNames } from "../files/file-names";

interface RequestCardProps {
  request: LabelRequest;
  onDecide?: (verb: "approve" | "refuse") => void;
}

type Place = LabelRequest["conversation"];

export function RequestCard({ request, onDecide }: RequestCardProps) {
  const t = useT();
  const { conversation, message, target } = request;
  const nameOf = (place: Place) =>
    place.name ?? (place.people.map((one) => one.display_name).join(" — ") || t("conversation.unnamed"));
  return (
    <li className="label-request" data-request={request.id}>
      <p className="label-request-way">
        <LabelChip label={request.from} always />
        <Icon name="right" size={16} />
        <span className="visually-hidden">{t("label.to")}</span>
        <LabelChip label={request.to} always />
      </p>
      <strong>
        {t(message ? "label.ofMessage" : "label.ofConversation", { name: nameOf(conversation) })}
      </strong>
      {message && (
        <blockquote className="label-quote">
          <small>{message.author.display_name}</small>
          {message.body && <p>{message.body}</p>}
          <FileNames files={message.files} />
        </blockquote>
      )}
      {message && target && target.id !== conversation.id && (
        <p>{t("label.goesTo", { name: nameOf(target) })}</p>
      )}
      <p>
        {t("label.because", { name: request.requested_by?.display_name ?? "" })} <q>{request.reason}</q>
      </p>
      <small>
        {request.outcome ? t(`label.outcome.${request.outcome}`) : t("label.waits")}{" "}
        <When at={request.decided_at ?? request.expires_at} />
        {request.decided_by && ` · ${request.decided_by.display_name}`}
      </small>
      {request.decision_reason && (
        <p>
          <q>{request.decision_reason}</q>
        </p>
      )}
      {onDecide && request.can_decide && (
        <div className="form-actions">
          <Button look="danger" onClick={() => onDecide("refuse")}>
            {t("label.refuse")}
          </Button>
          <Button look="primary" onClick={() => onDecide("approve")}>
            {t("label.approve")}
          </Button>
        </div>
      )}
    </li>
  );
}
