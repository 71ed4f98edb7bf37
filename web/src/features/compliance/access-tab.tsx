/** Who could read and write at a moment, who did, and what changed: about a conversation or about a person. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useT } from "../../i18n";
import { Empty } from "../../ui/notice";
import { AccessList } from "./access-list";
import { ActivityList } from "./activity-list";
import { changesQuery, type Subject } from "./api";
import { ChangesSection } from "./changes-section";
import { MomentField } from "./moment-field";
import { DAYS, daysBefore } from "./moments";
import { SubjectChooser } from "./subject-chooser";
import { useQuestion } from "./use-question";

export function AccessTab() {
  const t = useT();
  const { question, ask } = useQuestion();
  const { subject, at, knownAt } = question;
  return (
    <>
      <section className="panel asked" aria-label={t("compliance.question")}>
        <SubjectChooser
          key={subject?.kind}
          subject={subject}
          onChange={(chosen) => ask({ subject: chosen })}
        />
        {subject && <When key={subject.id} subject={subject} at={at} knownAt={knownAt} onChange={ask} />}
      </section>
      {subject ? (
        <div className="asked-answer" key={subject.id}>
          <AccessList subject={subject} at={at} knownAt={knownAt} />
          <ActivityList subject={subject} at={at} />
          <ChangesSection subject={subject} at={at} />
        </div>
      ) : (
        <Empty icon="clock" title={t("compliance.askTitle")} text={t("compliance.askText")} />
      )}
    </>
  );
}

interface WhenProps {
  subject: Subject;
  at: string | null;
  knownAt: string | null;
  onChange: (change: { at?: string | null; knownAt?: string | null }) => void;
}

/** The moment, with marks where something changed within the year. */
function When({ subject, at, knownAt, onChange }: WhenProps) {
  const t = useT();
  const [now] = useState(() => Date.now());
  const [isExact, setExact] = useState(knownAt !== null);
  const changes = useInfiniteQuery(changesQuery(subject, { from: daysBefore(null, DAYS, now), until: null }));
  const pages = changes.data?.pages.map((page) => page.changes) ?? [];
  const marks = pages.flatMap((page) =>
    [...page.common, ...page.entries.flatMap((entry) => entry.causes)].map((cause) => cause.at),
  );
  return (
    <div className="asked-when">
      <MomentField
        label={t("compliance.moment")}
        value={at}
        now={now}
        marks={[...new Set(marks)]}
        onChange={(moment) => onChange({ at: moment })}
      />
      {isExact ? (
        <MomentField
          label={t("compliance.knownAt")}
          hint={t("compliance.knownAtHint")}
          value={knownAt}
          now={now}
          onChange={(moment) => onChange({ knownAt: moment })}
        />
      ) : (
        <button type="button" className="text-button" onClick={() => setExact(true)}>
          {t("compliance.askKnownAt")}
        </button>
      )}
    </div>
  );
}
