/** What narrows the search, each to be taken away, and what might. */
import { useQuery } from "@tanstack/react-query";
import { useIntl } from "react-intl";
import { conversationsQuery, personQuery } from "../../api/queries";
import type { Id } from "../../api/types";
import { useLanguage, useT } from "../../i18n";
import { useSearchT } from "../../i18n/search";
import { Icon, type IconName } from "../../ui/icon";
import { OPERATORS, type Operator, type Search } from "./operators";

export const ICONS: Record<Operator, IconName> = {
  from: "people",
  in: "hash",
  after: "clock",
  before: "clock",
  has: "clip",
};

type Removes = (change: Partial<Search>) => void;

export function Chips({ search, onChange }: { search: Search; onChange: Removes }) {
  const say = useSearchT();
  const intl = useIntl();
  const day = (value: string) =>
    intl.formatDate(`${value}T12:00:00Z`, {
      timeZone: "UTC",
      day: "numeric",
      month: "long",
      year: "numeric",
    });
  const { from, in: place, after, before, hasFile } = search;
  if (!from && !place && !after && !before && !hasFile) return null;
  return (
    <ul className="search-chips" aria-label={say("search.chips")}>
      {from && <PersonChip id={from} onRemove={() => onChange({ from: null })} />}
      {place && <PlaceChip id={place} onRemove={() => onChange({ in: null })} />}
      {after && (
        <Chip
          what={say("search.chip.after", { day: day(after) })}
          onRemove={() => onChange({ after: null })}
        />
      )}
      {before && (
        <Chip
          what={say("search.chip.before", { day: day(before) })}
          onRemove={() => onChange({ before: null })}
        />
      )}
      {hasFile && <Chip what={say("search.chip.has")} onRemove={() => onChange({ hasFile: false })} />}
    </ul>
  );
}

interface NamedChipProps {
  id: Id;
  onRemove: () => void;
}

function PersonChip({ id, onRemove }: NamedChipProps) {
  const say = useSearchT();
  const person = useQuery(personQuery(id));
  const name = person.data?.display_name ?? (person.isError ? say("search.unknown") : "…");
  return <Chip what={say("search.chip.from", { name })} onRemove={onRemove} />;
}

function PlaceChip({ id, onRemove }: NamedChipProps) {
  const t = useT();
  const say = useSearchT();
  const list = useQuery(conversationsQuery);
  const one = list.data?.find((conversation) => conversation.id === id);
  const known = one && (one.partner_name?.display_name ?? one.name ?? t("conversation.unnamed"));
  const name = known ?? (list.isPending ? "…" : say("search.unknown"));
  return <Chip what={say("search.chip.in", { name })} onRemove={onRemove} />;
}

function Chip({ what, onRemove }: { what: string; onRemove: () => void }) {
  const say = useSearchT();
  const remove = say("search.remove", { what });
  return (
    <li>
      <span>{what}</span>
      <button type="button" aria-label={remove} title={remove} onClick={onRemove}>
        <Icon name="close" size={14} />
      </button>
    </li>
  );
}

/** What is not chosen yet, as buttons: nobody has to know the words. */
export function Offers({ search, onOffer }: { search: Search; onOffer: (operator: Operator) => void }) {
  const say = useSearchT();
  const language = useLanguage();
  const isChosen = (operator: Operator) => (operator === "has" ? search.hasFile : search[operator] !== null);
  const left = (Object.keys(ICONS) as Operator[]).filter((operator) => !isChosen(operator));
  if (left.length === 0) return null;
  return (
    <fieldset className="search-offers">
      <legend className="visually-hidden">{say("search.filters")}</legend>
      {left.map((operator) => (
        <button
          key={operator}
          type="button"
          title={OPERATORS[language][operator]}
          onClick={() => onOffer(operator)}
        >
          <Icon name={ICONS[operator]} size={16} />
          {say(`search.operator.${operator}`)}
        </button>
      ))}
    </fieldset>
  );
}
