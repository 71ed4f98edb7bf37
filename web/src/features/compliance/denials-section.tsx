/** What was refused, from the record: repeated attempts first, each with its reason. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { PersonRef } from "../../api/types";
import { type Translate, useT } from "../../i18n";
import { MoreButton } from "../../ui/more-button";
import { Empty, Failure } from "../../ui/notice";
import { valueName } from "../policy/words";
import { entriesQuery } from "./api";
import { DayFields } from "./day-fields";
import { type Denial, type DenialGroup, denialOf, groupDenials } from "./denials";
import { PersonField } from "./person-field";
import { Skeleton } from "./skeleton";
import { useRuleSentence } from "./use-rule-sentence";
import { WhenExactly } from "./when-exactly";

const KINDS = "message.denied,action.denied";
/** So many are put together at once: patterns need more than a page for reading. */
const PAGE = 200;

export function DenialsSection() {
  const t = useT();
  const [person, setPerson] = useState<PersonRef | null>(null);
  const [from, setFrom] = useState<string | null>(null);
  const [until, setUntil] = useState<string | null>(null);
  const query = useInfiniteQuery(
    entriesQuery(
      { kind: KINDS, person_id: person?.id, from: from ?? undefined, until: until ?? undefined },
      PAGE,
    ),
  );
  const entries = query.data?.pages.flatMap((page) => page.entries) ?? [];
  const groups = groupDenials(entries.map(denialOf));
  return (
    <section className="panel" aria-label={t("compliance.denials")} aria-busy={query.isPlaceholderData}>
      <h2>{t("compliance.denials")}</h2>
      <p className="fine">{t("compliance.denialsText")}</p>
      <div className="field-pair">
        <PersonField label={t("compliance.byOrAbout")} value={person} onChange={setPerson} />
        <DayFields from={from} until={until} onFrom={setFrom} onUntil={setUntil} />
      </div>
      {query.isPending && <Skeleton />}
      {query.isError && <Failure error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && groups.length === 0 && (
        <Empty icon="check" title={t("compliance.noDenials")} text={t("compliance.noDenialsText")} />
      )}
      <DenialGroups groups={groups} />
      <MoreButton query={query} />
    </section>
  );
}

export function DenialGroups({ groups }: { groups: DenialGroup[] }) {
  return (
    <ul className="denials">
      {groups.map((group) => (
        <li key={group.key} data-repeated={group.isRepeated || undefined}>
          <GroupRow group={group} />
        </li>
      ))}
    </ul>
  );
}

export function denialSentence(t: Translate, { person, action, other, conversationId }: Denial): string {
  const values = {
    name: person?.display_name ?? t("compliance.somebody"),
    action: valueName(t, "act", action),
  };
  if (other) return t("compliance.deed.deniedTo", { ...values, other: other.display_name });
  return t(conversationId ? "compliance.deed.deniedThere" : "compliance.deed.denied", values);
}

function GroupRow({ group }: { group: DenialGroup }) {
  const t = useT();
  const { newest, denials, first, last, isRepeated } = group;
  const sentence = useRuleSentence(newest.policyVersion ?? undefined);
  return (
    <>
      <div className="access-head">
        <strong>{denialSentence(t, newest)}</strong>
        {denials.length > 1 && (
          <span className="status" data-tone={isRepeated ? "bad" : "warn"}>
            {t("compliance.attempts", { count: denials.length })}
          </span>
        )}
      </div>
      <p className="access-rule">
        {sentence(newest.rule, newest.other?.display_name)} <code className="rule-code">{newest.rule}</code>
      </p>
      {denials.length === 1 ? (
        <p className="fine">
          <WhenExactly at={last} />
        </p>
      ) : (
        <details className="fine">
          <summary>
            <WhenExactly at={first} /> – <WhenExactly at={last} />
          </summary>
          <ul>
            {denials.map((denial) => (
              <li key={denial.key}>
                <WhenExactly at={denial.at} withSeconds />
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
