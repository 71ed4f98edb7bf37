/** One person in a list: opens the card. */
import type { Person, PersonRef } from "../../api/types";
import { openPerson } from "../../navigation";
import { Avatar } from "../../ui/avatar";

interface PersonRowProps {
  person: PersonRef | Person;
  note?: string;
  /** Shows the unit after the title, where the list is not of one unit. */
  withUnit?: boolean;
}

export function PersonRow({ person, note, withUnit = false }: PersonRowProps) {
  const detail = withUnit && "unit" in person ? `${person.title} · ${person.unit.name}` : person.title;
  return (
    <button type="button" className="person-row" onClick={() => openPerson(person.id)}>
      <Avatar person={person} />
      <span className="row-text">
        <span className="row-name">{person.display_name}</span>
        <small className="row-detail">{detail}</small>
      </span>
      {note && <span className="person-note">{note}</span>}
    </button>
  );
}
