/** A new group or channel: its kind, its name, its label, and with whom. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { post } from "../../api/client";
import { asApiError } from "../../api/errors";
import { keys } from "../../api/keys";
import { labelsQuery, meQuery } from "../../api/queries";
import type { ChannelKind, Conversation, Label, Person } from "../../api/types";
import { useT } from "../../i18n";
import { navigate } from "../../navigation";
import { paths } from "../../paths";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { OPEN } from "../../ui/label";
import { DenialNotice } from "../composer/denial-notice";
import { clearedFor } from "../labels/choices";
import { LabelFields } from "../labels/label-fields";
import { PeoplePicker } from "../people/people-picker";

type Kind = "group" | Exclude<ChannelKind, "unit">;

const KINDS: Kind[] = ["group", "project", "announcement", "shared", "crisis"];

export function NewConversationDialog({ onClose }: { onClose: () => void }) {
  const t = useT();
  const client = useQueryClient();
  const [kind, setKind] = useState<Kind>("group");
  const [people, setPeople] = useState<Person[]>([]);
  const [label, setLabel] = useState<Label>(OPEN);
  const create = useMutation({
    mutationFn: (name: string) =>
      post<{ conversation: Conversation }>("/conversations", {
        kind: kind === "group" ? "group" : "channel",
        ...(kind === "group" ? {} : { channel_kind: kind }),
        ...(name ? { name } : {}),
        person_ids: people.map((person) => person.id),
        label,
      }),
    onSuccess: ({ conversation }) => {
      client.setQueryData(keys.conversation(conversation.id), conversation);
      void client.invalidateQueries({ queryKey: keys.conversations });
      onClose();
      navigate(paths.conversation(conversation.id));
    },
  });
  const error = create.error ? asApiError(create.error) : null;
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    create.mutate(String(new FormData(event.currentTarget).get("name")).trim());
  };
  return (
    <Dialog title={t("new.title")} onClose={onClose}>
      <form className="form" onSubmit={onSubmit}>
        <fieldset className="choice-row">
          <legend>{t("new.kind")}</legend>
          {KINDS.map((one) => (
            <label key={one}>
              <input type="radio" name="kind" checked={kind === one} onChange={() => setKind(one)} />
              <span>{t(`channel.${one}`)}</span>
            </label>
          ))}
        </fieldset>
        <p className="fine">{t(`channelText.${kind}`)}</p>
        <label className="field">
          <span>{t("new.name")}</span>
          <input name="name" required maxLength={120} autoComplete="off" />
        </label>
        <NewLabel label={label} onChange={setLabel} />
        <div className="field">
          <span>{t("new.people")}</span>
          <PeoplePicker label={t("new.people")} chosen={people} onChange={setPeople} />
        </div>
        {error?.decision && <DenialNotice decision={error.decision} onDismiss={create.reset} />}
        {error && !error.decision && (
          <p className="form-error" role="alert">
            {error.detail.message ?? t("error.network")}
          </p>
        )}
        <div className="form-actions">
          <Button look="quiet" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button
            type="submit"
            look="primary"
            disabled={create.isPending || (kind === "group" && people.length === 0)}
          >
            {t("new.create")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** One may label no higher than one is cleared oneself; the server has the last word. */
function NewLabel({ label, onChange }: { label: Label; onChange: (label: Label) => void }) {
  const t = useT();
  const labels = useQuery(labelsQuery).data;
  const me = useQuery(meQuery).data;
  if (!labels || !me) return null;
  const levels = clearedFor(labels, me);
  if (levels.length < 2) return null;
  return (
    <div className="field">
      <LabelFields legend={t("new.label")} levels={levels} chosen={label} onChoose={onChange} />
    </div>
  );
}
