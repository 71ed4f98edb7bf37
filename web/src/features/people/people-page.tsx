/** Everybody one may see, with a search over names, posts and units. */
import { useState } from "react";
import { usePeople } from "../../api/queries";
import { useT } from "../../i18n";
import { Icon } from "../../ui/icon";
import { MoreButton } from "../../ui/more-button";
import { Empty, Failure, Waiting } from "../../ui/notice";
import { useDebounced } from "../../ui/use-debounced";
import { BackLink } from "../conversations/conversation-head";
import { PersonRow } from "./person-row";

export function PeoplePage() {
  const t = useT();
  const [typed, setTyped] = useState("");
  const query = useDebounced(typed.trim());
  const people = usePeople(query);
  const found = people.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className="page-column">
      <header className="page-head">
        <BackLink />
        <div className="page-title">
          <h1>{t("nav.people")}</h1>
        </div>
      </header>
      <div className="page-scroll">
        <div className="page-body">
          <label className="search-field">
            <Icon name="search" />
            <span className="visually-hidden">{t("people.search")}</span>
            <input
              type="search"
              value={typed}
              placeholder={t("people.search")}
              onChange={(event) => setTyped(event.target.value)}
            />
          </label>
          {people.isPending && <Waiting />}
          {people.isError && <Failure error={people.error} onRetry={() => void people.refetch()} />}
          {people.isSuccess && found.length === 0 && (
            <Empty icon="people" title={t("people.none")} text={t("people.noneText")} />
          )}
          <ul className="person-list" aria-busy={people.isPlaceholderData}>
            {found.map((person) => (
              <li key={person.id}>
                <PersonRow person={person} withUnit />
              </li>
            ))}
          </ul>
          <MoreButton query={people} />
        </div>
      </div>
    </div>
  );
}
