/** A conversation by its name, with its label: for officers, who need not be in it. */
import type { PersonRef, ShownLabel } from "../../api/types";
import { type Translate, useT } from "../../i18n";
import { Icon } from "../../ui/icon";
import { LabelChip } from "../../ui/label";
import { conversationIcon } from "../conversations/name";

export interface NamedPlace {
  id: string;
  kind: "direct" | "group" | "channel";
  channel_kind: Parameters<typeof conversationIcon>[0]["channel_kind"];
  name: string | null;
  people?: PersonRef[];
  is_withheld?: boolean;
}

export function placeName(t: Translate, place: NamedPlace): string {
  if (place.is_withheld) return t("compliance.withheldPlace");
  if (place.name) return place.name;
  const pair = (place.people ?? []).map((person) => person.display_name).filter(Boolean);
  if (pair.length > 0) return pair.join(" – ");
  return t(place.kind === "direct" ? "compliance.directPlace" : "conversation.unnamed");
}

export function PlaceName({ place }: { place: NamedPlace & { label?: ShownLabel } }) {
  const t = useT();
  return (
    <span className="place-name">
      <Icon name={place.kind === "direct" ? "mail" : conversationIcon(place)} size={16} />
      <span>{placeName(t, place)}</span>
      {place.label && !place.is_withheld && <LabelChip label={place.label} />}
    </span>
  );
}
