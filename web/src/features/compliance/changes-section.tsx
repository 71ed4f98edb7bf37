/** What changed between two moments: who gained or lost reading or writing, and what made it so. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useT } from "../../i18n";
import { MoreButton } from "../../ui/more-button";
import { Empty, Failure } from "../../ui/notice";
import { type Cause, type Change, changesQuery, type Subject } from "./api";
import { causeFields, causeSentence } from "./cause-words";
import { MomentInput } from "./moment-input";
import { daysBefore } from "./moments";
import { PlaceName, placeName } from "./place-name";
import { Skeleton } from "./skeleton";
import { WhenExactly } from "./when-exactly";

const MONTH = 30;

export function ChangesSection({ subject, at }: { subject: Subject; at: string | null }) {
  return <Between key={at ?? "now"} subject={subject} at={at} />;
}

function Between({ subject, at }: { subject: Subject; at: string | null }) {
  const t = useT();
  const [from, setFrom] = useState(() => daysBefore(at, MONTH, Date.now()));
  const [until, setUntil] = useState(at);
  const query = useInfiniteQuery(changesQuery(subject, { from, until }));
  const first = query.data?.pages[0]?.changes;
  const entries = query.data?.pages.flatMap((page) => page.changes.entries) ?? [];
  const isNothing = first && entries.length === 0 && first.common.length === 0;
  return (
    <section className="panel what-changed" aria-label={t("compliance.whatChanged")}>
      <h2>{t("compliance.whatChanged")}</h2>
      <div className="field-pair">
        <MomentInput
          label={t("compliance.from")}
          value={from}
          onChange={(moment) => setFrom(moment ?? from)}
        />
        <MomentInput label={t("compliance.and")} value={until} onChange={setUntil} />
      </div>
      {query.isPending && <Skeleton lines={5} />}
      {query.isError && <Failure error={query.error} onRetry={() => void query.refetch()} />}
      {isNothing && (
        <Empty icon="check" title={t("compliance.noChanges")} text={t("compliance.noChangesText")} />
      )}
      {first && first.common.length > 0 && (
        <>
          <h3>{t("compliance.changedForAll")}</h3>
          <Causes causes={first.common} />
        </>
      )}
      {entries.length > 0 && <h3>{t("compliance.gainedAndLost", { count: entries.length })}</h3>}
      <ul className="past-changes">
        {entries.map((change) => (
          <li key={`${change.person_id}${change.conversation_id}`}>
            <ChangeRow change={change} isAboutPerson={subject.kind === "person"} />
          </li>
        ))}
      </ul>
      <MoreButton query={query} />
    </section>
  );
}

function ChangeRow({ change, isAboutPerson }: { change: Change; isAboutPerson: boolean }) {
  const t = useT();
  const shown = change.after ?? change.before;
  if (!shown) return null;
  return (
    <>
      <div className="access-head">
        {isAboutPerson && shown.conversation ? (
          <PlaceName
            place={{ ...shown.conversation, name: placeName(t, shown.conversation), label: undefined }}
          />
        ) : (
          <strong>{shown.person.display_name}</strong>
        )}
        <span className="abilities">
          {change.gained.map((what) => (
            <span key={what} className="status" data-tone="good">
              + {t(what === "read" ? "compliance.gainedRead" : "compliance.gainedWrite")}
            </span>
          ))}
          {change.lost.map((what) => (
            <span key={what} className="status" data-tone="bad">
              − {t(what === "read" ? "compliance.lostRead" : "compliance.lostWrite")}
            </span>
          ))}
        </span>
      </div>
      <Causes causes={change.causes} />
    </>
  );
}

function Causes({ causes }: { causes: Cause[] }) {
  const t = useT();
  return (
    <ul className="causes">
      {causes.map((cause) => (
        <li key={`${cause.at}${cause.of}${cause.person?.id}${cause.other?.id}${cause.audit_seq}`}>
          <WhenExactly at={cause.at} /> {causeSentence(t, cause)}
          <small>{causeFields(t, cause).join("; ")}</small>
        </li>
      ))}
    </ul>
  );
}
