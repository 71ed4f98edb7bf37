/** The field: what narrows the search as chips, the words, and suggestions while an operator is being written. */
import { type KeyboardEvent, type RefObject, useEffect, useId, useState } from "react";
import { useLanguage } from "../../i18n";
import { useSearchT } from "../../i18n/search";
import { Icon } from "../../ui/icon";
import { useChoice } from "../../ui/use-choice";
import { pressedShortcut } from "../shortcuts/table";
import { Chips, Offers } from "./chips";
import { dayFrom, LONGEST, NOTHING, OPERATORS, type Operator, type Search, unfinished } from "./operators";
import { SuggestionLine } from "./suggestion-line";
import type { Searching } from "./use-search";
import { type Suggestion, type Suggestions, useSuggestions } from "./use-suggestions";

interface SearchFieldProps {
  searching: Searching;
  field: RefObject<HTMLInputElement | null>;
  /** Goes on to what was found. */
  onDown: () => void;
}

export function SearchField({ searching, field, onDown }: SearchFieldProps) {
  const say = useSearchT();
  const language = useLanguage();
  const listId = useId();
  const { search, typed } = searching;
  const [isDismissed, setDismissed] = useState(false);
  const suggestions = useSuggestions(isDismissed ? null : unfinished(typed));
  const choose = (meant: Partial<Search>, rest = "") => {
    searching.change(meant, [suggestions.open?.before.trim(), rest].filter(Boolean).join(" "));
    field.current?.focus();
  };
  const choice = useChoice(suggestions.items, (one) => choose(one.meant, one.rest), listId);
  useEffect(() => field.current?.focus(), [field]);
  useHereAlready(field);

  const type = (text: string) => {
    setDismissed(false);
    searching.type(text);
  };
  const offer = (operator: Operator) => {
    field.current?.focus();
    if (operator === "has") searching.change({ hasFile: true });
    else
      type(`${(unfinished(typed)?.before ?? typed).trimEnd()} ${OPERATORS[language][operator]}`.trimStart());
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    choice.input.onKeyDown(event);
    if (event.defaultPrevented || event.nativeEvent.isComposing) return;
    if (event.key === "Enter") searching.hurry();
    else if (event.key === "ArrowDown") onDown();
    else if (event.key === "Escape" && suggestions.open) setDismissed(true);
    else if (event.key === "Backspace" && typed === "") searching.change(withoutLast(search));
    else return;
    event.preventDefault();
  };
  return (
    <div className="search-top">
      <div className="search-box">
        <div className="search-field search-bar">
          <Icon name="search" />
          <Chips search={search} onChange={(change) => searching.change(change)} />
          <input
            {...choice.input}
            ref={field}
            value={typed}
            maxLength={LONGEST}
            aria-label={say("search.field")}
            placeholder={say("search.placeholder")}
            autoComplete="off"
            spellCheck={false}
            enterKeyHint="search"
            onChange={(event) => type(event.target.value)}
            onKeyDown={onKeyDown}
          />
        </div>
        {suggestions.open && (
          <div className="search-suggestions">
            {suggestions.items.length > 0 && (
              <ul className="choices" {...choice.list} aria-label={say("search.suggestions")}>
                {suggestions.items.map((one: Suggestion, index) => (
                  <li key={one.key} {...choice.option(index)}>
                    <SuggestionLine suggestion={one} />
                  </li>
                ))}
              </ul>
            )}
            <Aside suggestions={suggestions} onChoose={choose} />
          </div>
        )}
      </div>
      <Offers search={search} onOffer={offer} />
    </div>
  );
}

/** What is said or offered beside the suggestions. */
function Aside({ suggestions, onChoose }: { suggestions: Suggestions; onChoose: SearchChoice }) {
  const say = useSearchT();
  const { open, isNone } = suggestions;
  if (!open) return null;
  const { operator } = open;
  const isDay = operator === "after" || operator === "before";
  const none = { from: "search.noPerson", in: "search.noConversation", has: null } as const;
  const said = isDay ? "search.noDay" : none[operator];
  return (
    <>
      {isNone && said && (
        <p className="picker-none" role="status">
          {say(said)}
        </p>
      )}
      {isDay && (
        <label className="search-day">
          <span>{say("search.day.other")}</span>
          <input
            type="date"
            onChange={(event) => {
              const day = dayFrom(event.target.value);
              if (day) onChoose({ [operator]: day });
            }}
          />
        </label>
      )}
    </>
  );
}

type SearchChoice = (meant: Partial<Search>) => void;

/** The keys that lead here lead, from here, into the field. */
function useHereAlready(field: RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (pressedShortcut(event) !== "search") return;
      event.preventDefault();
      field.current?.focus();
      field.current?.select();
    };
    // Before the house hears of it.
    window.addEventListener("keydown", onKey, { capture: true });
    return () => window.removeEventListener("keydown", onKey, { capture: true });
  }, [field]);
}

/** Takes away the chip that stands last. */
export function withoutLast(search: Search): Partial<Search> {
  const last = (["hasFile", "before", "after", "in", "from"] as const).find((name) => search[name]);
  return last ? { [last]: NOTHING[last] } : {};
}
