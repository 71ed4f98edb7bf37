/** A new group or channel: its kind, its name, its label, and with whom. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { post } from "../../api/client";
import { asApiError } from "../../api/errors";
import { keys } from "../../api/keys";
import { labelsQuery, meQuery } from "../../api/queries";
import type { ChannelKind, Conversation, Label, Labels, Me, Person } from "../../api/types";
import { useLanguage, useT } from "../../i18n";
import { navigate } from "../../navigation";
import { paths } from "../../paths";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { DenialNotice } from "../composer/denial-notice";
import { PeoplePicker } from "../people/people-picker";

type Kind = "group" | Exclude<ChannelKind, "unit">;

const KINDS: Kind[] = ["group", "project", "announcement", "shared", "crisis"];
const OPEN: Label = { level: "open", categories: [] };

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
        <LabelFields label={label} onChange={setLabel} />
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
export function offeredLevels(labels: Labels, me: Me): Labels {
  const clearance = me.clearance;
  const highest = clearance
    ? (labels.levels.find((level) => level.code === clearance.level)?.number ?? 0)
    : 0;
  return {
    levels: labels.levels.filter((level) => level.number <= highest),
    categories: labels.categories.filter((category) => clearance?.categories.includes(category.code)),
  };
}

function LabelFields({ label, onChange }: { label: Label; onChange: (label: Label) => void }) {
  const t = useT();
  const language = useLanguage();
  const labels = useQuery(labelsQuery).data;
  const me = useQuery(meQuery).data;
  if (!labels || !me) return null;
  const offered = offeredLevels(labels, me);
  if (offered.levels.length < 2) return null;
  const nameOf = (item: { name_ru: string; name_en: string }) =>
    language === "ru" ? item.name_ru : item.name_en;
  const toggle = (code: string) =>
    onChange({
      ...label,
      categories: label.categories.includes(code)
        ? label.categories.filter((one) => one !== code)
        : [...label.categories, code],
    });
  return (
    <div className="field">
      <label className="field">
        <span>{t("new.label")}</span>
        <select
          value={label.level}
          onChange={(event) =>
            onChange({
              level: event.target.value,
              categories: event.target.value === "open" ? [] : label.categories,
            })
          }
        >
          {offered.levels.map((level) => (
            <option key={level.code} value={level.code}>
              {nameOf(level)}
            </option>
          ))}
        </select>
      </label>
      {label.level !== "open" && offered.categories.length > 0 && (
        <fieldset className="choice-row">
          <legend className="visually-hidden">{t("new.categories")}</legend>
          {offered.categories.map((category) => (
            <label key={category.code}>
              <input
                type="checkbox"
                checked={label.categories.includes(category.code)}
                onChange={() => toggle(category.code)}
              />
              <span>{nameOf(category)}</span>
            </label>
          ))}
        </fieldset>
      )}
    </div>
  );
}
