/** Asking for a lower label: of the conversation, or of a message that is then said again. Somebody else decides. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { post } from "../../api/client";
import { asApiError } from "../../api/errors";
import { keys } from "../../api/keys";
import { conversationsQuery, labelsQuery, meQuery } from "../../api/queries";
import type { Conversation, Label, LabelRequest } from "../../api/types";
import { useT } from "../../i18n";
import { Link } from "../../navigation";
import { paths } from "../../paths";
import { Button } from "../../ui/button";
import { codesOf, sameLabel } from "../../ui/label";
import { When } from "../directory/when";
import { below, clearedFor } from "./choices";
import { LabelFields } from "./label-fields";
import { FormFoot, ReasonField } from "./reason-field";

interface LowerFormProps {
  conversation: Conversation;
  /** The message that is to be said again; without it the conversation's own label is to be lowered. */
  message?: { id: string; label: Label };
  onClose: () => void;
}

export function LowerForm({ conversation, message, onClose }: LowerFormProps) {
  const t = useT();
  const client = useQueryClient();
  const labels = useQuery(labelsQuery).data;
  const me = useQuery(meQuery).data;
  const present = message?.label ?? conversation.label;
  const [label, setLabel] = useState<Label>(codesOf(present));
  const [target, setTarget] = useState(conversation.id);
  const [reason, setReason] = useState("");
  const isLower = !sameLabel(label, present);
  const ask = useMutation({
    mutationFn: () =>
      post<{ label_request: LabelRequest }>(`/conversations/${conversation.id}/label-requests`, {
        label,
        reason,
        ...(message ? { message_id: message.id, target_id: target } : {}),
      }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.labelRequests }),
  });
  if (!labels || !me) return null;
  if (ask.data) return <Asked request={ask.data.label_request} onClose={onClose} />;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isLower && reason.trim() && !ask.isPending) ask.mutate();
  };
  return (
    <form className="form" onSubmit={submit}>
      <LabelFields
        legend={t("label.new")}
        levels={below(clearedFor(labels, me), labels, present)}
        chosen={label}
        onChoose={setLabel}
      />
      {message && <TargetField conversation={conversation} target={target} onChoose={setTarget} />}
      <ReasonField hint={t("label.lowerHint")} value={reason} onChange={setReason} />
      <FormFoot
        error={ask.error ? asApiError(ask.error) : null}
        confirm={t("label.ask")}
        isReady={isLower && reason.trim() !== "" && !ask.isPending}
        onClose={onClose}
      />
    </form>
  );
}

interface TargetFieldProps {
  conversation: Conversation;
  target: string;
  onChoose: (id: string) => void;
}

function TargetField({ conversation, target, onChoose }: TargetFieldProps) {
  const t = useT();
  const others = (useQuery(conversationsQuery).data ?? []).filter(
    (one) => one.id !== conversation.id && one.can.includes("post"),
  );
  if (others.length === 0) return null;
  const nameOf = (one: Conversation) =>
    one.partner_name?.display_name ?? one.name ?? t("conversation.unnamed");
  return (
    <label className="field">
      <span>{t("label.target")}</span>
      <select value={target} onChange={(event) => onChoose(event.target.value)}>
        <option value={conversation.id}>{t("label.targetSame")}</option>
        {others.map((one) => (
          <option key={one.id} value={one.id}>
            {nameOf(one)}
          </option>
        ))}
      </select>
    </label>
  );
}

function Asked({ request, onClose }: { request: LabelRequest; onClose: () => void }) {
  const t = useT();
  return (
    <div className="form" role="status">
      <p>
        {t("label.asked")} <When at={request.expires_at} />.
      </p>
      <div className="form-actions">
        <Link to={paths.labelRequests()} className="button button-quiet">
          {t("label.mine")}
        </Link>
        <Button look="primary" onClick={onClose}>
          {t("common.close")}
        </Button>
      </div>
    </div>
  );
}
