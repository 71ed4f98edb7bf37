/** Who could read and write a conversation, or where a person could: with the rule that decided, and the versions that it was decided by. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { asApiError } from "../../api/errors";
import { useT } from "../../i18n";
import { Link } from "../../navigation";
import { paths } from "../../paths";
import { Avatar } from "../../ui/avatar";
import { Button } from "../../ui/button";
import { MoreButton } from "../../ui/more-button";
import { Empty, Failure } from "../../ui/notice";
import { type Access, type AccessEntry, accessQuery, type Subject } from "./api";
import { CaseDialog } from "./case-dialog";
import { PlaceName, placeName } from "./place-name";
import { Skeleton } from "./skeleton";
import { addressOf } from "./use-question";
import { useRuleSentence } from "./use-rule-sentence";
import { Day, WhenExactly } from "./when-exactly";

interface AccessListProps {
  subject: Subject;
  at: string | null;
  knownAt: string | null;
}

export function AccessList({ subject, at, knownAt }: AccessListProps) {
  const t = useT();
  const query = useInfiniteQuery(accessQuery(subject, at, knownAt));
  const first = query.data?.pages[0]?.access;
  const sentence = useRuleSentence(first?.policy_version);
  const entries = query.data?.pages.flatMap((page) => page.access.entries) ?? [];
  return (
    <section
      className="panel who-could"
      aria-busy={query.isPlaceholderData}
      aria-label={t("compliance.whoCould")}
    >
      <h2>{t(subject.kind === "person" ? "compliance.whereCould" : "compliance.whoCould")}</h2>
      {query.isPending && <Skeleton lines={8} />}
      {query.isError && <NoAnswer error={query.error} onRetry={() => void query.refetch()} />}
      {first && <Basis access={first} count={entries.length} hasMore={query.hasNextPage} />}
      {first && entries.length === 0 && (
        <Empty icon="lock" title={t("compliance.nobody")} text={t("compliance.nobodyText")} />
      )}
      <ul className="access">
        {entries.map((entry) => (
          <li key={`${entry.person.id}${entry.conversation_id}`}>
            <AccessRow entry={entry} subject={subject} at={at} knownAt={knownAt} sentence={sentence} />
          </li>
        ))}
      </ul>
      <MoreButton query={query} />
    </section>
  );
}

/** Before something was there, and before anything was put on record, there is nothing to answer: that is no failure. */
export function NoAnswer({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const t = useT();
  const { status, detail } = asApiError(error);
  if (status === 404 || (status === 400 && detail.field === "at"))
    return <Empty icon="clock" title={t("compliance.notThere")} text={t("compliance.notThereText")} />;
  return <Failure error={error} onRetry={onRetry} />;
}

/** The heading of the answer: about what, when, decided by what. */
function Basis({ access, count, hasMore }: { access: Access; count: number; hasMore: boolean }) {
  const t = useT();
  const [opening, setOpening] = useState(false);
  const { conversation, person, conditions } = access;
  return (
    <div className="basis">
      <p className="basis-subject">
        {conversation && <PlaceName place={{ ...conversation, label: undefined }} />}
        {person && (
          <>
            <Avatar person={person} size="small" /> <strong>{person.display_name}</strong>
          </>
        )}
      </p>
      <p>
        <WhenExactly at={access.at} withSeconds /> ·{" "}
        {t(hasMore ? "compliance.countAtLeast" : "compliance.countRows", { count })}
      </p>
      <p className="fine">
        <Link to={paths.policyVersion(access.policy_version)}>
          {t("compliance.policyVersion", { number: access.policy_version })}
        </Link>{" "}
        ·{" "}
        {access.org_version === null
          ? t("compliance.noOrgVersion")
          : t("compliance.orgVersion", { number: access.org_version })}
        {conditions.crisis && ` · ${t("compliance.inCrisis")}`}
        {!conditions.office_hours && ` · ${t("compliance.offHours")}`}
      </p>
      {!conditions.recorded && <p className="fine">{t("compliance.notRecorded")}</p>}
      {access.known_at !== access.at && (
        <p className="fine">
          {t("compliance.knownUntil")} <WhenExactly at={access.known_at} />
        </p>
      )}
      {conversation?.archived_at && (
        <p className="fine">
          {t("compliance.archivedSince")} <Day at={conversation.archived_at} />
        </p>
      )}
      <Button onClick={() => setOpening(true)}>{t("compliance.caseAbout")}</Button>
      {opening && (
        <CaseDialog
          what="new"
          about={{ places: conversation ? [conversation] : [], people: person ? [person] : [] }}
          onClose={() => setOpening(false)}
        />
      )}
    </div>
  );
}

interface RowProps extends AccessListProps {
  entry: AccessEntry;
  sentence: (rule: string) => string;
}

function AccessRow({ entry, subject, at, knownAt, sentence }: RowProps) {
  const t = useT();
  const { person, conversation } = entry;
  const isAboutPerson = subject.kind === "person";
  const other: Subject = isAboutPerson
    ? { kind: "conversation", id: entry.conversation_id }
    : { kind: "person", id: person.id };
  return (
    <>
      <div className="access-head">
        <Link to={paths.complianceAccess(addressOf({ subject: other, at, knownAt }))} className="access-name">
          {isAboutPerson && conversation ? (
            <PlaceName place={{ ...conversation, name: placeName(t, conversation), label: undefined }} />
          ) : (
            <>
              <Avatar person={person} size="small" />
              <span className="row-text">
                <span className="row-name">{person.display_name}</span>
                <small className="row-detail">{person.title}</small>
              </span>
            </>
          )}
        </Link>
        <Abilities entry={entry} />
      </div>
      <Rules entry={entry} sentence={sentence} />
      <Membership entry={entry} />
    </>
  );
}

/** Why: one sentence where reading and writing have the same. */
function Rules({ entry: { read_rule, write_rule }, sentence }: Pick<RowProps, "entry" | "sentence">) {
  const t = useT();
  const isSame = read_rule === write_rule;
  const saysSame = sentence(read_rule) === sentence(write_rule);
  return (
    <>
      <p className="access-rule">
        {sentence(read_rule)} <RuleCode rule={read_rule} />
        {saysSame && !isSame && (
          <>
            {" "}
            <RuleCode rule={write_rule} />
          </>
        )}
      </p>
      {!saysSame && (
        <p className="access-rule">
          {t("compliance.writing")} {sentence(write_rule)} <RuleCode rule={write_rule} />
        </p>
      )}
    </>
  );
}

function Abilities({ entry: { can_read, can_write } }: { entry: AccessEntry }) {
  const t = useT();
  return (
    <span className="abilities">
      <span className="status" data-tone={can_read ? "good" : "bad"}>
        {t(can_read ? "compliance.read" : "compliance.noRead")}
      </span>
      <span className="status" data-tone={can_write ? "good" : "plain"}>
        {t(can_write ? "compliance.write" : "compliance.noWrite")}
      </span>
    </span>
  );
}

function RuleCode({ rule }: { rule: string }) {
  return <code className="rule-code">{rule}</code>;
}

function Membership({ entry: { role, since, reads_from_seq } }: { entry: AccessEntry }) {
  const t = useT();
  if (!role || !since) return null;
  return (
    <p className="fine">
      {t(`compliance.role.${role}`)} <Day at={since} />
      {reads_from_seq > 1 && ` · ${t("compliance.readsFrom", { seq: reads_from_seq })}`}
    </p>
  );
}
