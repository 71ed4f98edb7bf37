/** The entries of the record, the newest first: who did what when, in sentences, by person, kind and time. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { FormattedTime } from "react-intl";
import type { PersonRef } from "../../api/types";
import { useT } from "../../i18n";
import { MoreButton } from "../../ui/more-button";
import { Empty, Failure } from "../../ui/notice";
import { byDay } from "./activity-list";
import { type Entry, entriesQuery } from "./api";
import { DayFields } from "./day-fields";
import { EntryProof } from "./entry-proof";
import { entryFields, entryReason, entryRule, entrySentence } from "./entry-words";
import { PersonField } from "./person-field";
import { Skeleton } from "./skeleton";
import { Day } from "./when-exactly";

/** The kinds, by what they are about. */
const KINDS = {
  denials: "message.denied,action.denied",
  messages: "message.sent,message.edited,message.deleted,message.downgraded,history",
  members: "conversation,member",
  sessions: "session",
  policy: "policy,signing_key",
  exceptions: "exception",
  labels: "label",
  directory: "directory,appointment",
  officers: "case,hold,compliance,audit,export",
  retention: "messages.erased,messages.month_erased,messages.detached",
} as const;
type KindGroup = keyof typeof KINDS;
const GROUPS = Object.keys(KINDS) as KindGroup[];

export function EntriesSection() {
  const t = useT();
  const [group, setGroup] = useState<KindGroup | "">("");
  const [person, setPerson] = useState<PersonRef | null>(null);
  const [from, setFrom] = useState<string | null>(null);
  const [until, setUntil] = useState<string | null>(null);
  const query = useInfiniteQuery(
    entriesQuery({
      kind: group ? KINDS[group] : undefined,
      person_id: person?.id,
      from: from ?? undefined,
      until: until ?? undefined,
    }),
  );
  const entries = query.data?.pages.flatMap((page) => page.entries) ?? [];
  return (
    <section className="panel" aria-label={t("compliance.entries")} aria-busy={query.isPlaceholderData}>
      <h2>{t("compliance.entries")}</h2>
      <p className="fine">{t("compliance.entriesText")}</p>
      <div className="field-pair">
        <label className="field">
          <span>{t("compliance.kindOfEntry")}</span>
          <select value={group} onChange={(event) => setGroup(event.target.value as KindGroup | "")}>
            <option value="">{t("compliance.kinds.all")}</option>
            {GROUPS.map((one) => (
              <option key={one} value={one}>
                {t(`compliance.kinds.${one}`)}
              </option>
            ))}
          </select>
        </label>
        <DayFields from={from} until={until} onFrom={setFrom} onUntil={setUntil} />
      </div>
      <PersonField label={t("compliance.byOrAbout")} value={person} onChange={setPerson} />
      {query.isPending && <Skeleton lines={8} />}
      {query.isError && <Failure error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && entries.length === 0 && (
        <Empty icon="search" title={t("compliance.noEntries")} text={t("compliance.noEntriesText")} />
      )}
      {byDay(entries).map(([day, ofDay]) => (
        <section key={day} className="timeline-day">
          <h3>
            <Day at={ofDay[0]?.at ?? day} />
          </h3>
          <ol className="entries">
            {ofDay.map((entry) => (
              <li key={entry.seq}>
                <EntryRow entry={entry} />
              </li>
            ))}
          </ol>
        </section>
      ))}
      <MoreButton query={query} />
    </section>
  );
}

function EntryRow({ entry }: { entry: Entry }) {
  const t = useT();
  const [isOpen, setOpen] = useState(false);
  const sentence = entrySentence(t, entry);
  const [reason, rule] = [entryReason(entry), entryRule(entry)];
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <time dateTime={entry.at} title={entry.at}>
          <FormattedTime value={entry.at} hour="2-digit" minute="2-digit" second="2-digit" hourCycle="h23" />
        </time>
        <span className="entry-said">
          {sentence ?? <UnknownKind entry={entry} />} {rule && <code className="rule-code">{rule}</code>}
          {reason && <q>{reason}</q>}
        </span>
      </summary>
      {isOpen && (
        <div className="entry-whole">
          <dl className="entry-fields">
            {[["№", String(entry.seq)] as [string, string], ["kind", entry.kind] as [string, string]]
              .concat(entryFields(entry))
              .map(([field, value]) => (
                <div key={field}>
                  <dt>{field}</dt>
                  <dd>{value}</dd>
                </div>
              ))}
          </dl>
          <EntryProof seq={entry.seq} />
        </div>
      )}
    </details>
  );
}

/** What a newer server has added: by its fields. */
function UnknownKind({ entry }: { entry: Entry }) {
  const t = useT();
  const fields = entryFields(entry).map(([field, value]) => `${field}: ${value}`);
  return (
    <>
      {entry.actor?.display_name ?? t("compliance.system")}: <code>{entry.kind}</code>{" "}
      {fields.slice(0, 4).join("; ")}
    </>
  );
}
