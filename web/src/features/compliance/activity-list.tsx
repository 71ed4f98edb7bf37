/** Who actually did what around the moment: a timeline by day, without a word of what was said. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { FormattedTime } from "react-intl";
import { useT } from "../../i18n";
import { Link } from "../../navigation";
import { paths } from "../../paths";
import { MoreButton } from "../../ui/more-button";
import { Empty, Failure } from "../../ui/notice";
import { activityQuery, type Deed, type Subject } from "./api";
import { deedSentence } from "./deed-words";
import { daysAfter, daysBefore, fieldOf } from "./moments";
import { Skeleton } from "./skeleton";
import { Day } from "./when-exactly";

const AROUND = [1, 7, 30, 365] as const;

export function ActivityList({ subject, at }: { subject: Subject; at: string | null }) {
  const t = useT();
  const name = useId();
  const [now] = useState(() => Date.now());
  const [days, setDays] = useState<(typeof AROUND)[number]>(7);
  const period = { from: daysBefore(at, days, now), until: daysAfter(at, days, now) };
  const query = useInfiniteQuery(activityQuery(subject, period));
  const deeds = query.data?.pages.flatMap((page) => page.activity) ?? [];
  return (
    <section className="panel who-did" aria-label={t("compliance.whoDid")}>
      <h2>{t(subject.kind === "person" ? "compliance.whatTheyDid" : "compliance.whoDid")}</h2>
      <fieldset className="choice-row choice-row-small">
        <legend>{t(at ? "compliance.around" : "compliance.theLast")}</legend>
        {AROUND.map((one) => (
          <label key={one}>
            <input type="radio" name={name} checked={days === one} onChange={() => setDays(one)} />
            <span>{t(`compliance.days.${one}`)}</span>
          </label>
        ))}
      </fieldset>
      {query.isPending && <Skeleton lines={6} />}
      {query.isError && <Failure error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && deeds.length === 0 && (
        <Empty icon="clock" title={t("compliance.noDeeds")} text={t("compliance.noDeedsText")} />
      )}
      {byDay(deeds).map(([day, ofDay]) => (
        <section key={day} className="timeline-day">
          <h3>
            <Day at={ofDay[0]?.at ?? day} />
          </h3>
          <ol className="deeds">
            {together(ofDay).map((run) => (
              <DeedRun key={run.map(deedKey).join()} run={run} isAboutPerson={subject.kind === "person"} />
            ))}
          </ol>
        </section>
      ))}
      <MoreButton query={query} />
    </section>
  );
}

/** Many who came or left at once, as when the tree fills a channel, are one line that opens. */
function DeedRun({ run, isAboutPerson }: { run: Deed[]; isAboutPerson: boolean }) {
  const t = useT();
  const [first] = run;
  if (!first) return null;
  if (run.length === 1) return <DeedRow deed={first} isAboutPerson={isAboutPerson} />;
  return (
    <li data-what={first.what}>
      <Clock at={first.at} />
      <details>
        <summary>
          {t(first.what === "member.left" ? "compliance.deed.leftAtOnce" : "compliance.deed.joinedAtOnce", {
            count: run.length,
          })}
        </summary>
        <ul>
          {run.map((deed) => (
            <li key={deedKey(deed)}>{deedSentence(t, deed, isAboutPerson)}</li>
          ))}
        </ul>
      </details>
    </li>
  );
}

/** To the conversation of a deed, at that moment. */
function There({ deed, id }: { deed: Deed; id: string }) {
  const t = useT();
  return (
    <Link to={paths.complianceAccess({ conversation: id, at: deed.at })} className="deed-there">
      {t("compliance.there")}
    </Link>
  );
}

function Clock({ at }: { at: string }) {
  return (
    <time dateTime={at} title={at}>
      <FormattedTime value={at} hour="2-digit" minute="2-digit" hourCycle="h23" />
    </time>
  );
}

function DeedRow({ deed, isAboutPerson }: { deed: Deed; isAboutPerson: boolean }) {
  const t = useT();
  return (
    <li data-what={deed.what}>
      <Clock at={deed.at} />
      <span>
        {deedSentence(t, deed, isAboutPerson)} {deed.rule && <code className="rule-code">{deed.rule}</code>}{" "}
        {isAboutPerson && deed.conversation_id && <There deed={deed} id={deed.conversation_id} />}
      </span>
    </li>
  );
}

const deedKey = ({ at, what, person, seq, audit_seq }: Deed): string =>
  [at, what, person?.id, seq, audit_seq].join();

/** So many at once are one line. */
const AT_ONCE = 4;

/** Neighbours who came or left within the same minute, put together where they are many. */
export function together(deeds: Deed[]): Deed[][] {
  const runs: Deed[][] = [];
  for (const deed of deeds) {
    const run = runs.at(-1);
    const before = run?.[0];
    const isMoving = deed.what === "member.joined" || deed.what === "member.left";
    if (run && before && isMoving && before.what === deed.what && minuteOf(before) === minuteOf(deed))
      run.push(deed);
    else runs.push([deed]);
  }
  return runs.flatMap((run) => (run.length >= AT_ONCE ? [run] : run.map((deed) => [deed])));
}

const minuteOf = ({ at }: Deed): string => at.slice(0, 16);

/** By the day of the reader's clock, in the order in which they happened. */
export function byDay<Happened extends { at: string }>(happened: Happened[]): [string, Happened[]][] {
  const days = new Map<string, Happened[]>();
  for (const one of happened) {
    const day = fieldOf(one.at).slice(0, 10);
    days.set(day, [...(days.get(day) ?? []), one]);
  }
  return [...days];
}
