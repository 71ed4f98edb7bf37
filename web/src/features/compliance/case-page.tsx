/** One case: where it stands, what it is about, what there is to do, and what is read, reviewed and held by it. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useT } from "../../i18n";
import { Link } from "../../navigation";
import { paths } from "../../paths";
import { Failure } from "../../ui/notice";
import { CaseActs } from "./case-acts";
import { type Case, caseQuery } from "./case-api";
import { CaseConversations } from "./case-conversations";
import { CaseDenials } from "./case-denials";
import { CaseExports } from "./case-exports";
import { CaseHolds } from "./case-holds";
import { CaseLooks } from "./case-looks";
import { CaseNotices } from "./case-notices";
import { CaseSearch } from "./case-search";
import { standingOf, toneOf } from "./case-standing";
import { ScopeChange } from "./scope-change";
import { ScopeView } from "./scope-view";
import { Skeleton } from "./skeleton";
import { LastDay, WhenExactly } from "./when-exactly";

export function CasePage({ id }: { id: string }) {
  const t = useT();
  const query = useQuery(caseQuery(id));
  return (
    <>
      <Link to={paths.compliance("cases")} className="back-to">
        ← {t("compliance.allCases")}
      </Link>
      {query.isPending && <Skeleton lines={8} />}
      {query.isError && <Failure error={query.error} onRetry={() => void query.refetch()} />}
      {query.data && (
        <>
          <CaseCard of={query.data} />
          {query.data.scope_change && <ScopeChange of={query.data} change={query.data.scope_change} />}
          <CaseParts of={query.data} />
        </>
      )}
    </>
  );
}

function CaseCard({ of }: { of: Case }) {
  const t = useT();
  const standing = standingOf(of);
  return (
    <article className="source">
      <header className="source-head">
        <div>
          <h2>{t("compliance.caseTitle", { number: of.number })}</h2>
          <p className="fine">
            {of.opened_by.display_name} · <WhenExactly at={of.opened_at} />
          </p>
        </div>
        <span className="status" data-tone={toneOf[standing]} data-testid="standing">
          {t(`compliance.standing.${standing}`)}
        </span>
      </header>
      <p className="case-next">{t(`compliance.standingText.${standing}`)}</p>
      <div className="case-body">
        <CaseFacts of={of} />
        <section>
          <h3>{t("compliance.scope")}</h3>
          {of.scope && <ScopeView scope={of.scope} withOutcome={of.scope.decided_at !== of.decided?.at} />}
          {of.former_scopes.length > 0 && (
            <details>
              <summary>{t("compliance.formerScopes", { count: of.former_scopes.length })}</summary>
              {of.former_scopes.map((scope) => (
                <ScopeView key={scope.id} scope={scope} />
              ))}
            </details>
          )}
        </section>
      </div>
      <CaseActs of={of} />
    </article>
  );
}

function CaseFacts({ of }: { of: Case }) {
  const t = useT();
  return (
    <dl className="case-facts">
      <dt>{t("compliance.reason")}</dt>
      <dd>{of.reason}</dd>
      <dt>{t("compliance.basis")}</dt>
      <dd>{of.legal_basis}</dd>
      {of.ends_at && (
        <>
          <dt>{t("compliance.readUntil")}</dt>
          <dd>
            <LastDay until={of.ends_at} />
          </dd>
        </>
      )}
      {of.requested_at && (
        <>
          <dt>{t("compliance.requestedAt")}</dt>
          <dd>
            <WhenExactly at={of.requested_at} />
          </dd>
        </>
      )}
      {of.decided && (
        <>
          <dt>{t(`compliance.decided.${of.decided.decision}`)}</dt>
          <dd>
            <Done by={of.decided.by.display_name} at={of.decided.at} reason={of.decided.reason} />
          </dd>
        </>
      )}
      {of.closed && (
        <>
          <dt>{t("compliance.closedBy")}</dt>
          <dd>
            <Done by={of.closed.by.display_name} at={of.closed.at} reason={of.closed.reason} />
          </dd>
        </>
      )}
    </dl>
  );
}

function Done({ by, at, reason }: { by: string; at: string; reason: string }) {
  return (
    <>
      {by} · <WhenExactly at={at} /> <q>{reason}</q>
    </>
  );
}

const PARTS = ["search", "conversations", "denials", "exports", "holds", "looks", "notices"] as const;
type Part = (typeof PARTS)[number];
/** What each of them needs. Holds are listed for whoever may know of the case. */
const NEEDS: Partial<Record<Part, Case["can"][number]>> = {
  search: "read",
  conversations: "read",
  denials: "read",
  exports: "review",
  looks: "review",
  notices: "review",
};

function CaseParts({ of }: { of: Case }) {
  const t = useT();
  const parts = PARTS.filter((part) => {
    const right = NEEDS[part];
    return !right || of.can.includes(right);
  });
  const [chosen, setChosen] = useState<Part | null>(null);
  const open = chosen && parts.includes(chosen) ? chosen : (parts[0] ?? "holds");
  if (of.state === "draft" || of.state === "requested") return null;
  return (
    <>
      <fieldset className="choice-row case-parts">
        <legend className="visually-hidden">{t("compliance.caseParts")}</legend>
        {parts.map((part) => (
          <label key={part}>
            <input type="radio" name="case-part" checked={open === part} onChange={() => setChosen(part)} />
            <span>{t(`compliance.part.${part}`)}</span>
          </label>
        ))}
      </fieldset>
      <section className="panel" aria-label={t(`compliance.part.${open}`)}>
        <PartView part={open} of={of} />
      </section>
    </>
  );
}

function PartView({ part, of }: { part: Part; of: Case }) {
  switch (part) {
    case "search":
      return <CaseSearch of={of} />;
    case "conversations":
      return <CaseConversations id={of.id} />;
    case "denials":
      return <CaseDenials id={of.id} />;
    case "exports":
      return <CaseExports of={of} />;
    case "holds":
      return <CaseHolds of={of} />;
    case "looks":
      return <CaseLooks id={of.id} />;
    case "notices":
      return <CaseNotices of={of} />;
  }
}
