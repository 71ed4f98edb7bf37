/** Chooses channels by name: a search field, those found, and those chosen as tokens. */
import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useT } from "../../i18n";
import { Icon } from "../../ui/icon";
import { useChoice } from "../../ui/use-choice";
import { useDebounced } from "../../ui/use-debounced";
import { placesQuery } from "./api";
import { type NamedPlace, PlaceName, placeName } from "./place-name";

interface PlacePickerProps {
  label: string;
  chosen: NamedPlace[];
  onChange: (places: NamedPlace[]) => void;
  /** The one that is chosen takes the place of the one before. */
  onlyOne?: boolean;
}

/** Looking for channels is on record too: not after every letter. */
const SETTLED_MS = 350;

export function PlacePicker({ label, chosen, onChange, onlyOne = false }: PlacePickerProps) {
  const t = useT();
  const listId = useId();
  const [typed, setTyped] = useState("");
  const query = useDebounced(typed.trim(), SETTLED_MS);
  const matches = useQuery(placesQuery(query.length >= 2 ? query : ""));
  const isSearching = query.length >= 2 && typed.trim() !== "";
  const found = isSearching
    ? (matches.data ?? []).filter((place) => !chosen.some((one) => one.id === place.id))
    : [];
  const add = (place: NamedPlace) => {
    onChange(onlyOne ? [place] : [...chosen, place]);
    setTyped("");
  };
  const choice = useChoice(found, add, listId);
  return (
    <div className="picker">
      {chosen.length > 0 && (
        <ul className="picker-chosen" aria-label={t("picker.chosen")}>
          {chosen.map((place) => (
            <li key={place.id}>
              <PlaceName place={place} />
              <button
                type="button"
                aria-label={t("picker.remove", { name: placeName(t, place) })}
                onClick={() => onChange(chosen.filter((one) => one.id !== place.id))}
              >
                <Icon name="close" size={14} />
              </button>
            </li>
          ))}
        </ul>
      )}
      {!(onlyOne && chosen.length > 0) && (
        <label className="search-field">
          <Icon name="search" />
          <span className="visually-hidden">{label}</span>
          <input
            value={typed}
            placeholder={t("compliance.placeSearch")}
            autoComplete="off"
            onChange={(event) => setTyped(event.target.value)}
            {...choice.input}
          />
        </label>
      )}
      {found.length > 0 && (
        <ul className="choices" {...choice.list} aria-label={label}>
          {found.map((place, index) => (
            <li key={place.id} {...choice.option(index)}>
              <PlaceName place={place} />
            </li>
          ))}
        </ul>
      )}
      {isSearching && matches.isSuccess && !matches.isPlaceholderData && found.length === 0 && (
        <p className="picker-none">{t("compliance.noPlace")}</p>
      )}
    </div>
  );
}
