/** Who is not in the system and why, with what to correct; and the history of anybody, by name, login, DN or id. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type MessageId, useLanguage, useT } from "../../i18n";
import { en } from "../../i18n/en";
import { Icon } from "../../ui/icon";
import { MoreButton } from "../../ui/more-button";
import { Empty, Failure, Waiting } from "../../ui/notice";
import { useDebounced } from "../../ui/use-debounced";
import { type EntryCard, type Finding, findingsQuery, historyQuery, type KnownPerson } from "./api";
import { readFinding, sentence } from "./documents";
import { When } from "./when";

export function QuarantineTab() {
  const t = useT();
  const [typed, setTyped] = useState("");
  const query = useDebounced(typed.trim());
  return (
    <>
      <p>{t("directory.quarantineText")}</p>
      <label className="search-field">
        <Icon name="search" />
        <span className="visually-hidden">{t("directory.searchPerson")}</span>
        <input
          type="search"
          value={typed}
          maxLength={200}
          placeholder={t("directory.searchPerson")}
          onChange={(event) => setTyped(event.target.value)}
        />
      </label>
      {query.length >= 2 ? <HistoryView query={query} /> : <Findings />}
    </>
  );
}

function Findings() {
  const t = useT();
  const [code, setCode] = useState("");
  const [open, setOpen] = useState(true);
  const query = useInfiniteQuery(findingsQuery({ query: "", code, open }));
  if (query.isPending) return <Waiting />;
  if (query.isError) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  const found = query.data.pages.flatMap((page) => page.findings);
  const codes = query.data.pages[0]?.codes ?? [];
  return (
    <>
      <div className="filters">
        <fieldset className="choice-row">
          <legend>{t("directory.show")}</legend>
          {[true, false].map((value) => (
            <label key={String(value)}>
              <input type="radio" name="open" checked={open === value} onChange={() => setOpen(value)} />
              <span>{t(value ? "directory.open" : "directory.mended")}</span>
            </label>
          ))}
        </fieldset>
        {codes.length > 1 && (
          <label className="field">
            <span>{t("directory.kind")}</span>
            <select value={code} onChange={(event) => setCode(event.target.value)}>
              <option value="">{t("directory.allKinds")}</option>
              {codes.map((one) => (
                <option key={one.code} value={one.code}>
                  {one.code} ({one.count})
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
      {found.length === 0 && (
        <Empty
          icon="check"
          title={t(open ? "directory.noFindings" : "directory.noneMended")}
          text={t("directory.noFindingsText")}
        />
      )}
      <ul className="findings">
        {found.map((finding) => (
          <li key={finding.id}>
            <FindingRow finding={finding} withEntry />
          </li>
        ))}
      </ul>
      <MoreButton query={query} />
    </>
  );
}

function FindingRow({ finding, withEntry = false }: { finding: Finding; withEntry?: boolean }) {
  const t = useT();
  const language = useLanguage();
  const told = readFinding(finding.finding);
  const effect = `directory.effect.${finding.effect}`;
  return (
    <>
      {withEntry && <strong>{finding.person_name ?? finding.dn}</strong>}
      <span>{sentence({ ...told, code: told.code || finding.code }, language)}</span>
      <small>
        {effect in en ? t(effect as MessageId) : finding.effect}
        {told.field && ` · ${t("directory.field")}: ${told.field}${told.value ? ` = «${told.value}»` : ""}`}
      </small>
      <small>
        {t("directory.since")} <When at={finding.since} />
        {finding.until && (
          <>
            {" "}
            {t("directory.until")} <When at={finding.until} />
          </>
        )}{" "}
        · {finding.source}
      </small>
      {withEntry && finding.person_name && <small className="dn">{finding.dn}</small>}
    </>
  );
}

function HistoryView({ query }: { query: string }) {
  const t = useT();
  const history = useQuery(historyQuery(query));
  if (history.isPending) return <Waiting />;
  if (history.isError) return <Failure error={history.error} onRetry={() => void history.refetch()} />;
  const { people, entries, more } = history.data;
  if (people.length + entries.length === 0)
    return <Empty icon="people" title={t("directory.unknown")} text={t("directory.unknownText")} />;
  return (
    <div className="history" aria-live="polite">
      {entries.map((entry) => (
        <EntryView key={`${entry.source}${entry.dn}`} entry={entry} />
      ))}
      {people.map((person) => (
        <PersonView key={person.id} person={person} />
      ))}
      {more && <p className="fine">{t("directory.morePeople")}</p>}
    </div>
  );
}

function EntryView({ entry }: { entry: EntryCard }) {
  const t = useT();
  const isOpen = entry.findings.some((finding) => finding.until === null);
  return (
    <article className="source">
      <header className="source-head">
        <h2 className="dn">{entry.dn}</h2>
        <span className="status" data-tone={isOpen ? "bad" : "plain"}>
          {t(isOpen ? "directory.notIn" : "directory.notInBefore")}
        </span>
      </header>
      <FindingsOf findings={entry.findings} />
    </article>
  );
}

function PersonView({ person }: { person: KnownPerson }) {
  const t = useT();
  return (
    <article className="source">
      <header className="source-head">
        <div>
          <h2>{person.name}</h2>
          <p className="fine">{[person.title, person.unit, person.login].filter(Boolean).join(" · ")}</p>
        </div>
        <span className="status" data-tone={person.status === "active" ? "good" : "warn"}>
          {t(`directory.person.${person.status}` as MessageId)}
        </span>
      </header>
      <p>
        {t("directory.inSince", { name: person.source })} <When at={person.since} />.{" "}
        {t("directory.lastChange")} <When at={person.changed_at} />.
      </p>
      <p className="fine dn">{person.dn}</p>
      {person.findings.length > 0 && <FindingsOf findings={person.findings} />}
      {person.versions.length > 0 && (
        <details>
          <summary>{t("directory.versions", { count: person.versions.length })}</summary>
          <ol className="versions">
            {person.versions.map((version, at) => (
              <li key={`${version.at}${version.of}${at}`}>
                <When at={version.at} />{" "}
                <span>
                  {version.of === "post"
                    ? [version.title, version.unit].filter(Boolean).join(" · ")
                    : [t(`directory.person.${version.status}` as MessageId), version.name, version.login]
                        .filter(Boolean)
                        .join(" · ")}
                </span>
              </li>
            ))}
          </ol>
        </details>
      )}
    </article>
  );
}

function FindingsOf({ findings }: { findings: Finding[] }) {
  const t = useT();
  return (
    <section>
      <h3>{t("directory.toCorrect")}</h3>
      <ul className="findings">
        {findings.map((finding) => (
          <li key={finding.id}>
            <FindingRow finding={finding} />
          </li>
        ))}
      </ul>
    </section>
  );
}
