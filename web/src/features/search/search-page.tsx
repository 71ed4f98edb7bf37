/** Searches what was said: a field, what narrows it, and what was found. */
import { useRef } from "react";
import { useSearchT } from "../../i18n/search";
import { BackLink } from "../conversations/conversation-head";
import { NOTHING } from "./operators";
import { Results, rowsOf } from "./results";
import { SearchField } from "./search-field";
import { Teach } from "./teach";
import { useSearch } from "./use-search";
import "../../styles/search.css";

export function SearchPage() {
  const say = useSearchT();
  const field = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLOListElement>(null);
  const searching = useSearch();
  const { search } = searching;
  const toField = () => field.current?.focus();
  return (
    <div className="page-column search-page">
      <header className="page-head">
        <BackLink />
        <div className="page-title">
          <h1>{say("search.field")}</h1>
        </div>
      </header>
      <div className="page-scroll">
        <div className="page-body">
          <search>
            <SearchField
              searching={searching}
              field={field}
              onDown={() => rowsOf(list.current)[0]?.focus()}
            />
          </search>
          {search.words ? (
            <Results
              search={search}
              list={list}
              onLeave={toField}
              onWiden={() => {
                searching.change({ ...NOTHING, words: search.words });
                toField();
              }}
            />
          ) : (
            <Teach
              search={search}
              onTry={(text) => {
                toField();
                // A blank behind what is whole makes it count.
                searching.type(text.endsWith(":") ? text : `${text} `);
              }}
            />
          )}
        </div>
      </div>
    </div>
  );
}
