/** Changes by unit, with a search; each one says in words what it is. */
import { useState } from "react";
import { type MessageId, useT } from "../../i18n";
import { en } from "../../i18n/en";
import { Icon } from "../../ui/icon";
import { byUnit, type Change, matches } from "./documents";

/** Beyond this many lines nobody reads on: one searches. */
const MOST_SHOWN = 200;

export function ChangeList({ changes, total = changes.length }: { changes: Change[]; total?: number }) {
  const t = useT();
  const [query, setQuery] = useState("");
  if (changes.length === 0) return <p className="fine">{t("directory.noChanges")}</p>;
  const found = changes.filter((change) => matches(change, query));
  return (
    <div className="changes">
      {changes.length > 8 && (
        <label className="search-field">
          <Icon name="search" />
          <span className="visually-hidden">{t("directory.searchChanges")}</span>
          <input
            type="search"
            value={query}
            placeholder={t("directory.searchChanges")}
            onChange={(event) => setQuery(event.target.value)}
          />
        </label>
      )}
      {total > changes.length && (
        <p className="fine">{t("directory.changesKept", { count: changes.length, total })}</p>
      )}
      {found.length === 0 && <p className="fine">{t("directory.noMatch")}</p>}
      {byUnit(found.slice(0, MOST_SHOWN)).map(([unit, ones]) => (
        <section key={unit}>
          <h4>
            {unit || t("directory.noUnit")} <span className="count">{ones.length}</span>
          </h4>
          <ul>
            {ones.map((change, at) => (
              <li key={`${change.dn}${change.change}${at}`}>
                <ChangeLine change={change} />
              </li>
            ))}
          </ul>
        </section>
      ))}
      {found.length > MOST_SHOWN && (
        <p className="fine">{t("directory.searchForMore", { count: found.length - MOST_SHOWN })}</p>
      )}
    </div>
  );
}

function ChangeLine({ change }: { change: Change }) {
  const t = useT();
  const id = `directory.change.${change.change}`;
  return (
    <>
      <span className="change-what">{id in en ? t(id as MessageId) : change.change}</span>{" "}
      <strong>{change.name}</strong>
      {change.dn && change.dn !== change.name && <small className="dn">{change.dn}</small>}
      {change.fields.length > 0 && (
        <ul className="fields">
          {change.fields.map((field) => (
            <li key={field.field}>
              {field.field}: <del>{field.before || t("directory.empty")}</del> →{" "}
              <ins>{field.after || t("directory.empty")}</ins>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
