/** Raising the label of a conversation: whoever is not cleared is out at once, so one sees before who that is. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { post } from "../../api/client";
import { asApiError } from "../../api/errors";
import { keys } from "../../api/keys";
import { labelPreviewQuery, labelsQuery, meQuery } from "../../api/queries";
import type { Conversation, Label } from "../../api/types";
import { useT } from "../../i18n";
import { codesOf, sameLabel } from "../../ui/label";
import { above, clearedFor } from "./choices";
import { LabelFields } from "./label-fields";
import { FormFoot, ReasonField } from "./reason-field";

interface RaiseFormProps {
  conversation: Conversation;
  onClose: () => void;
}

export function RaiseForm({ conversation, onClose }: RaiseFormProps) {
  const t = useT();
  const client = useQueryClient();
  const labels = useQuery(labelsQuery).data;
  const me = useQuery(meQuery).data;
  const [label, setLabel] = useState<Label>(codesOf(conversation.label));
  const [reason, setReason] = useState("");
  const isHigher = !sameLabel(label, conversation.label);
  const raise = useMutation({
    mutationFn: () =>
      post<{ conversation: Conversation }>(`/conversations/${conversation.id}/label`, { ...label, reason }),
    onSuccess: (answer) => {
      client.setQueryData(keys.conversation(conversation.id), answer.conversation);
      onClose();
    },
    // Also after a refusal: somebody else may have changed it meanwhile.
    onSettled: () => {
      for (const queryKey of [keys.conversation(conversation.id), keys.conversations, ["labels-at"]])
        void client.invalidateQueries({ queryKey });
    },
  });
  if (!labels || !me) return null;
  const levels = above(clearedFor(labels, me), labels, conversation.label);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isHigher && reason.trim() && !raise.isPending) raise.mutate();
  };
  return (
    <form className="form" onSubmit={submit}>
      <LabelFields
        legend={t("label.new")}
        levels={levels}
        chosen={label}
        kept={conversation.label.categories}
        onChoose={setLabel}
      />
      {isHigher && <Consequences id={conversation.id} label={label} />}
      <ReasonField hint={t("label.raiseHint")} value={reason} onChange={setReason} />
      <FormFoot
        error={raise.error ? asApiError(raise.error) : null}
        confirm={t("label.raise")}
        look="danger"
        isReady={isHigher && reason.trim() !== "" && !raise.isPending}
        onClose={onClose}
      />
    </form>
  );
}

const NAMED = 8;

function Consequences({ id, label }: { id: string; label: Label }) {
  const t = useT();
  const preview = useQuery(labelPreviewQuery(id, label));
  if (preview.isPending) return <p className="fine">{t("common.loading")}</p>;
  if (preview.isError) {
    return (
      <p className="form-error" role="alert">
        {asApiError(preview.error).decision?.message ?? asApiError(preview.error).detail.message}
      </p>
    );
  }
  const { lose_access, removed, people } = preview.data;
  const named = people.slice(0, NAMED).map((one) => one.display_name);
  const others = lose_access - named.length;
  return (
    <div className="label-consequences" role="status" data-loses={lose_access > 0}>
      <strong>{lose_access === 0 ? t("label.loseNobody") : t("label.lose", { count: lose_access })}</strong>
      {named.length > 0 && (
        <p>
          {named.join(", ")}
          {others > 0 && ` ${t("label.loseOthers", { count: others })}`}
        </p>
      )}
      {removed < lose_access && (
        <p className="fine">{t("label.seatsStay", { count: lose_access - removed })}</p>
      )}
    </div>
  );
}
