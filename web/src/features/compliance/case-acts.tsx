/** What the reader may do with a case, as the server says; each asks once more before it is done. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { asApiError } from "../../api/errors";
import { useT } from "../../i18n";
import { Button } from "../../ui/button";
import { ActDialog } from "../directory/act-dialog";
import { complianceKey } from "./api";
import { type Case, requestCase, settleCase } from "./case-api";
import { CaseDialog } from "./case-dialog";
import { HoldDialog } from "./hold-dialog";

type Doing = "approve" | "reject" | "close" | "change" | "scope" | "hold";

export function CaseActs({ of }: { of: Case }) {
  const t = useT();
  const client = useQueryClient();
  const [doing, setDoing] = useState<Doing | null>(null);
  const requesting = useMutation({
    mutationFn: () => requestCase(of.id),
    onSettled: () => client.invalidateQueries({ queryKey: complianceKey, predicate: isAboutCases }),
  });
  const can = (right: Case["can"][number]) => of.can.includes(right);
  const open = (what: Doing) => () => setDoing(what);
  const has = ["change", "request", "approve", "reject", "close", "ask_scope", "place_hold"] as const;
  if (!has.some(can)) return null;
  return (
    <footer className="source-acts">
      {can("request") && (
        <Button look="primary" disabled={requesting.isPending} onClick={() => requesting.mutate()}>
          {t("compliance.request")}
        </Button>
      )}
      {can("approve") && (
        <Button look="primary" onClick={open("approve")}>
          {t("compliance.approve")}
        </Button>
      )}
      {can("change") && <Button onClick={open("change")}>{t("compliance.change")}</Button>}
      {can("ask_scope") && <Button onClick={open("scope")}>{t("compliance.askScope")}</Button>}
      {can("place_hold") && <Button onClick={open("hold")}>{t("compliance.placeHold")}</Button>}
      {can("reject") && (
        <Button look="danger" onClick={open("reject")}>
          {t("compliance.reject")}
        </Button>
      )}
      {can("close") && (
        <Button look="danger" onClick={open("close")}>
          {t("compliance.close")}
        </Button>
      )}
      {requesting.error && (
        <p className="form-error" role="alert">
          {asApiError(requesting.error).detail.message ?? t("error.network")}
        </p>
      )}
      {doing && <ActOn of={of} doing={doing} onClose={() => setDoing(null)} />}
    </footer>
  );
}

/** What is read again after an act: not what was searched and read, which would be looks. */
export const isAboutCases = ({ queryKey }: { queryKey: readonly unknown[] }): boolean =>
  ["case", "cases", "holds"].includes(String(queryKey[1]));

function ActOn({ of, doing, onClose }: { of: Case; doing: Doing; onClose: () => void }) {
  const t = useT();
  if (doing === "change" || doing === "scope") return <CaseDialog of={of} what={doing} onClose={onClose} />;
  if (doing === "hold") return <HoldDialog ofCase={of} onClose={onClose} />;
  return (
    <ActDialog
      title={t(`compliance.actTitle.${doing}`, { number: of.number })}
      confirm={t(`compliance.${doing}`)}
      look={doing === "approve" ? "primary" : "danger"}
      act={(reason) => settleCase(of.id, doing, reason)}
      invalidates={[...complianceKey, "case", of.id]}
      onClose={onClose}
    >
      <p>{t(`compliance.actText.${doing}`)}</p>
    </ActDialog>
  );
}
