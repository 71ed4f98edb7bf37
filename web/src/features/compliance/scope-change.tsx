/** Another scope that waits for a second officer: what it would be, why, and what one may do about it. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { asApiError } from "../../api/errors";
import { useT } from "../../i18n";
import { Button } from "../../ui/button";
import { ActDialog } from "../directory/act-dialog";
import { type Case, caseKey, type Scope, settleScope } from "./case-api";
import { ScopeView } from "./scope-view";
import { LastDay, WhenExactly } from "./when-exactly";

export function ScopeChange({ of, change }: { of: Case; change: Scope }) {
  const t = useT();
  const client = useQueryClient();
  const [doing, setDoing] = useState<"approve" | "reject" | null>(null);
  const withdrawing = useMutation({
    mutationFn: () => settleScope(of.id, change.id, "withdraw", null),
    onSettled: () => client.invalidateQueries({ queryKey: caseKey(of.id) }),
  });
  return (
    <article className="source scope-change">
      <header className="source-head">
        <h2>{t("compliance.scopeWaits")}</h2>
        <span className="status" data-tone="warn">
          {t("compliance.standing.requested")}
        </span>
      </header>
      <p>
        {change.made_by.display_name} · <WhenExactly at={change.made_at} />{" "}
        {change.reason && <q>{change.reason}</q>}
      </p>
      <ScopeView scope={change} />
      {change.ends_at && (
        <p>
          {t("compliance.readUntil")}: <LastDay until={change.ends_at} />
        </p>
      )}
      <footer className="source-acts">
        {of.can.includes("approve_scope") && (
          <Button look="primary" onClick={() => setDoing("approve")}>
            {t("compliance.approve")}
          </Button>
        )}
        {of.can.includes("reject_scope") && (
          <Button look="danger" onClick={() => setDoing("reject")}>
            {t("compliance.reject")}
          </Button>
        )}
        {of.can.includes("withdraw_scope") && (
          <Button disabled={withdrawing.isPending} onClick={() => withdrawing.mutate()}>
            {t("compliance.withdraw")}
          </Button>
        )}
        {withdrawing.error && (
          <p className="form-error" role="alert">
            {asApiError(withdrawing.error).detail.message ?? t("error.network")}
          </p>
        )}
      </footer>
      {doing && (
        <ActDialog
          title={t(`compliance.scopeTitle.${doing}`)}
          confirm={t(`compliance.${doing}`)}
          look={doing === "approve" ? "primary" : "danger"}
          act={(reason) => settleScope(of.id, change.id, doing, reason)}
          invalidates={caseKey(of.id)}
          onClose={() => setDoing(null)}
        >
          <ScopeView scope={change} />
        </ActDialog>
      )}
    </article>
  );
}
