/** The cases that an officer may know of, by where they stand. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useT } from "../../i18n";
import { Link } from "../../navigation";
import { paths } from "../../paths";
import { Button } from "../../ui/button";
import { MoreButton } from "../../ui/more-button";
import { Empty, Failure } from "../../ui/notice";
import { type Case, type CaseState, casesQuery } from "./case-api";
import { CaseDialog } from "./case-dialog";
import { standingOf, toneOf } from "./case-standing";
import { Skeleton } from "./skeleton";
import { Day, LastDay } from "./when-exactly";

const STATES: (CaseState | "")[] = ["", "draft", "requested", "approved", "rejected", "closed"];

export function CasesTab({ opensCases }: { opensCases: boolean }) {
  const t = useT();
  const name = useId();
  const [state, setState] = useState<CaseState | "">("");
  const [opening, setOpening] = useState(false);
  const query = useInfiniteQuery(casesQuery(state));
  const cases = query.data?.pages.flatMap((page) => page.cases) ?? [];
  return (
    <>
      <p>{t(opensCases ? "compliance.casesText" : "compliance.casesTextSecurity")}</p>
      <div className="filters filters-apart">
        <fieldset className="choice-row choice-row-small">
          <legend>{t("compliance.show")}</legend>
          {STATES.map((one) => (
            <label key={one}>
              <input type="radio" name={name} checked={state === one} onChange={() => setState(one)} />
              <span>{t(`compliance.state.${one || "all"}`)}</span>
            </label>
          ))}
        </fieldset>
        {opensCases && (
          <Button look="primary" icon="plus" onClick={() => setOpening(true)}>
            {t("compliance.newCase")}
          </Button>
        )}
      </div>
      {query.isPending && <Skeleton />}
      {query.isError && <Failure error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && cases.length === 0 && (
        <Empty icon="lock" title={t("compliance.noCases")} text={t("compliance.noCasesText")} />
      )}
      <ul className="cases">
        {cases.map((one) => (
          <li key={one.id}>
            <CaseRow of={one} />
          </li>
        ))}
      </ul>
      <MoreButton query={query} />
      {opening && <CaseDialog what="new" onClose={() => setOpening(false)} />}
    </>
  );
}

function CaseRow({ of }: { of: Case }) {
  const t = useT();
  const standing = standingOf(of);
  const waitsForMe = of.can.includes("approve") || of.can.includes("approve_scope");
  return (
    <Link to={paths.complianceCase(of.id)} className="case-row" data-waits={waitsForMe || undefined}>
      <span className="case-number">{of.number}</span>
      <span className="row-text">
        <span className="row-name">{of.reason}</span>
        <small className="row-detail">
          {of.opened_by.display_name} · <Day at={of.opened_at} />
          {of.ends_at && (
            <>
              {" "}
              · {t("compliance.until")} <LastDay until={of.ends_at} />
            </>
          )}
        </small>
        {waitsForMe && <strong className="case-waits">{t("compliance.waitsForYou")}</strong>}
      </span>
      <span className="status" data-tone={toneOf[standing]}>
        {t(`compliance.standing.${standing}`)}
      </span>
    </Link>
  );
}
