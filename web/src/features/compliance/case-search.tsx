/** Finds messages in the scope of a case. Nothing is asked before the button is pressed: every search is a look on record. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { labelsQuery } from "../../api/queries";
import type { PersonRef } from "../../api/types";
import { useLanguage, useT } from "../../i18n";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { MoreButton } from "../../ui/more-button";
import { Empty, Failure } from "../../ui/notice";
import { type Case, type SearchWanted, searchQuery } from "./case-api";
import { CaseMessageRow } from "./case-message-row";
import { DayFields } from "./day-fields";
import { PersonField } from "./person-field";
import { Skeleton } from "./skeleton";
import { WhenExactly } from "./when-exactly";

export interface Filters {
  query: string;
  person: PersonRef | null;
  conversation: string;
  label: string;
  rule: string;
  from: string | null;
  until: string | null;
}

export const NONE: Filters = {
  query: "",
  person: null,
  conversation: "",
  label: "",
  rule: "",
  from: null,
  until: null,
};

export const wantedOf = ({
  query,
  person,
  conversation,
  label,
  rule,
  from,
  until,
}: Filters): SearchWanted => ({
  query: query.trim() || undefined,
  person_id: person?.id,
  conversation_id: conversation || undefined,
  label: label || undefined,
  rule: rule.trim() || undefined,
  from: from ?? undefined,
  until: until ?? undefined,
});

export function CaseSearch({ of }: { of: Case }) {
  const t = useT();
  const [filters, setFilters] = useState(NONE);
  const [asked, setAsked] = useState<SearchWanted | null>(null);
  const [withFiles, setWithFiles] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked({ ...wantedOf(filters), ...(withFiles ? { with_files: true } : {}) });
  };
  return (
    <>
      <search>
        <form className="form" onSubmit={submit}>
          <div className="search-line">
            <label className="search-field">
              <Icon name="search" />
              <span className="visually-hidden">{t("compliance.searchWords")}</span>
              <input
                type="search"
                maxLength={200}
                value={filters.query}
                placeholder={t("compliance.searchWords")}
                onChange={(event) => setFilters({ ...filters, query: event.target.value })}
              />
            </label>
            <Button look="primary" type="submit">
              {t("compliance.search")}
            </Button>
          </div>
          <small className="fine">{t("compliance.searchHint")}</small>
          <label className="check">
            <input
              type="checkbox"
              checked={withFiles}
              onChange={(event) => setWithFiles(event.target.checked)}
            />
            <span>{t("compliance.withFiles")}</span>
          </label>
          <MoreFilters of={of} filters={filters} onChange={setFilters} />
        </form>
      </search>
      {asked ? <Found id={of.id} wanted={asked} /> : <p className="fine">{t("compliance.searchText")}</p>}
    </>
  );
}

interface MoreFiltersProps {
  of: Case;
  filters: Filters;
  onChange: (filters: Filters) => void;
  /** Whether the words are asked for here, too. */
  withWords?: boolean;
}

export function MoreFilters({ of, filters, onChange, withWords = false }: MoreFiltersProps) {
  const t = useT();
  const language = useLanguage();
  const labels = useQuery(labelsQuery).data;
  const change = (changed: Partial<Filters>) => onChange({ ...filters, ...changed });
  const places = of.scope?.conversations.filter((place) => !place.is_withheld) ?? [];
  return (
    <details className="more-filters">
      <summary>{t(withWords ? "compliance.exportFilters" : "compliance.moreFilters")}</summary>
      <div className="form">
        {withWords && (
          <label className="field">
            <span>{t("compliance.searchWords")}</span>
            <input
              type="search"
              maxLength={200}
              value={filters.query}
              onChange={(event) => change({ query: event.target.value })}
            />
          </label>
        )}
        <PersonField
          label={t("compliance.writtenBy")}
          value={filters.person}
          onChange={(person) => change({ person })}
        />
        <DayFields
          from={filters.from}
          until={filters.until}
          onFrom={(from) => change({ from })}
          onUntil={(until) => change({ until })}
        />
        <div className="field-pair field-pair-dense">
          {places.length > 1 && (
            <label className="field">
              <span>{t("compliance.where")}</span>
              <select
                value={filters.conversation}
                onChange={(event) => change({ conversation: event.target.value })}
              >
                <option value="">{t("compliance.everywhere")}</option>
                {places.map((place) => (
                  <option key={place.id} value={place.id}>
                    {place.name ?? place.people.map((one) => one.display_name).join(" – ")}
                  </option>
                ))}
              </select>
            </label>
          )}
          <label className="field">
            <span>{t("compliance.label")}</span>
            <select value={filters.label} onChange={(event) => change({ label: event.target.value })}>
              <option value="">{t("compliance.anyLabel")}</option>
              {labels?.levels.map((level) => (
                <option key={level.code} value={level.code}>
                  {language === "ru" ? level.name_ru : level.name_en}
                </option>
              ))}
            </select>
          </label>
          <label className="field">
            <span>{t("compliance.allowedBy")}</span>
            <input
              maxLength={40}
              value={filters.rule}
              placeholder="A01"
              onChange={(event) => change({ rule: event.target.value })}
            />
          </label>
        </div>
      </div>
    </details>
  );
}

function Found({ id, wanted }: { id: string; wanted: SearchWanted }) {
  const t = useT();
  const query = useInfiniteQuery(searchQuery(id, wanted));
  const found = query.data?.pages.flatMap((page) => page.messages) ?? [];
  const versions = query.data?.pages.flatMap((page) => page.versions) ?? [];
  const completeAt = query.data?.pages[0]?.complete_at;
  if (query.isPending) return <Skeleton />;
  if (query.isError) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  if (found.length === 0)
    return <Empty icon="search" title={t("compliance.foundNone")} text={t("compliance.foundNoneText")} />;
  return (
    <>
      <p role="status">
        {t(query.hasNextPage ? "compliance.foundAtLeast" : "compliance.found", { count: found.length })}
        {completeAt && (
          <span className="fine">
            {" "}
            · {t("compliance.completeAt")} <WhenExactly at={completeAt} withSeconds />
          </span>
        )}
      </p>
      <ul className="case-messages">
        {found.map(({ message, conversation }) => (
          <li key={message.id}>
            <CaseMessageRow message={message} versions={versions} place={conversation} caseId={id} />
          </li>
        ))}
      </ul>
      <MoreButton query={query} />
    </>
  );
}
