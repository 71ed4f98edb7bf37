/** Chooses several people by name: a search field, those found, and those chosen as tokens. */
import { useId, useState } from "react";
import { usePeopleMatches } from "../../api/queries";
import type { Person, PersonRef } from "../../api/types";
import { useT } from "../../i18n";
import { Avatar } from "../../ui/avatar";
import { Icon } from "../../ui/icon";
import { useChoice } from "../../ui/use-choice";
import { useDebounced } from "../../ui/use-debounced";

interface PeoplePickerProps<Chosen extends PersonRef> {
  label: string;
  chosen: Chosen[];
  onChange: (people: (Chosen | Person)[]) => void;
}

export function PeoplePicker<Chosen extends PersonRef>({
  label,
  chosen,
  onChange,
}: PeoplePickerProps<Chosen>) {
  const t = useT();
  const listId = useId();
  const [typed, setTyped] = useState("");
  const query = useDebounced(typed.trim());
  const matches = usePeopleMatches(query);
  const found =
    query && typed
      ? (matches.data ?? []).filter((person) => !chosen.some((one) => one.id === person.id))
      : [];
  const add = (person: Person) => {
    onChange([...chosen, person]);
    setTyped("");
  };
  const choice = useChoice(found, add, listId);
  return (
    <div className="picker">
      {chosen.length > 0 && (
        <ul className="picker-chosen" aria-label={t("picker.chosen")}>
          {chosen.map((person) => (
            <li key={person.id}>
              <Avatar person={person} size="small" />
              <span>{person.display_name}</span>
              <button
                type="button"
                aria-label={t("picker.remove", { name: person.display_name })}
                onClick={() => onChange(chosen.filter((one) => one.id !== person.id))}
              >
                <Icon name="close" size={14} />
              </button>
            </li>
          ))}
        </ul>
      )}
      <label className="search-field">
        <Icon name="search" />
        <span className="visually-hidden">{label}</span>
        <input
          value={typed}
          placeholder={t("picker.search")}
          autoComplete="off"
          onChange={(event) => setTyped(event.target.value)}
          {...choice.input}
        />
      </label>
      {found.length > 0 && (
        <ul className="choices" {...choice.list} aria-label={label}>
          {found.map((person, index) => (
            <li key={person.id} {...choice.option(index)}>
              <Avatar person={person} size="small" />
              <span className="row-text">
                <span className="row-name">{person.display_name}</span>
                <small className="row-detail">
                  {person.title} · {person.unit.name}
                </small>
              </span>
            </li>
          ))}
        </ul>
      )}
      {query && typed && matches.isSuccess && !matches.isPlaceholderData && found.length === 0 && (
        <p className="picker-none">{t("people.none")}</p>
      )}
    </div>
  );
}
