/** Writes a case: a new one, a draft anew, or another scope for one that is in force. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { asApiError } from "../../api/errors";
import { useT } from "../../i18n";
import { navigate } from "../../navigation";
import { paths } from "../../paths";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { complianceKey } from "./api";
import { askScope, type Case, changeCase, openCase } from "./case-api";
import { dayAfter, dayField, lastDayField } from "./moments";
import { bodyOf, draftOf, emptyScope, faultOf, type ScopeDraft } from "./scope-draft";
import { ScopeFields } from "./scope-fields";

interface CaseDialogProps {
  /** The draft that is written anew, or the case that is to have another scope. */
  of?: Case;
  what: "new" | "change" | "scope";
  /** What a new case is about to begin with. */
  about?: Partial<ScopeDraft>;
  onClose: () => void;
}

/** A case is read for a year at most; a quarter is what is mostly asked for. */
const USUAL_DAYS = 90;

/** The end of the day in so many days. */
const inDays = (days: number): string =>
  dayAfter(dayField(new Date(Date.now() + days * 86_400_000).toISOString()));

export function CaseDialog({ of, what, about, onClose }: CaseDialogProps) {
  const t = useT();
  const client = useQueryClient();
  const [number, setNumber] = useState(of?.number ?? "");
  const [reason, setReason] = useState(what === "change" ? (of?.reason ?? "") : "");
  const [basis, setBasis] = useState(of?.legal_basis ?? "");
  const [endsAt, setEndsAt] = useState<string | null>(of?.ends_at ?? inDays(USUAL_DAYS));
  const [scope, setScope] = useState<ScopeDraft>(of ? draftOf(of.scope) : { ...emptyScope, ...about });
  const isWhole = what === "scope" || (number.trim() !== "" && basis.trim() !== "");
  const isReady = isWhole && reason.trim() !== "" && endsAt !== null && faultOf(scope) === null;
  const keeping = useMutation({
    mutationFn: async () => {
      const told = { reason: reason.trim(), ends_at: endsAt ?? "", scope: bodyOf(scope) };
      if (what === "scope" && of) return void (await askScope(of.id, told));
      const body = { ...told, number: number.trim(), legal_basis: basis.trim() };
      if (of) return void (await changeCase(of.id, body));
      navigate(paths.complianceCase((await openCase(body)).id));
    },
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: [...complianceKey, "cases"] });
      if (of) void client.invalidateQueries({ queryKey: [...complianceKey, "case", of.id] });
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isReady && !keeping.isPending) keeping.mutate();
  };
  return (
    <Dialog title={t(`compliance.caseDialog.${what}`)} onClose={onClose}>
      <form className="form" onSubmit={submit}>
        {what !== "scope" && (
          <label className="field">
            <span>{t("compliance.number")}</span>
            <input
              autoFocus
              required
              maxLength={60}
              value={number}
              onChange={(e) => setNumber(e.target.value)}
            />
            <small className="fine">{t("compliance.numberHint")}</small>
          </label>
        )}
        <Lines label={t("compliance.reason")} value={reason} onChange={setReason} />
        {what !== "scope" && (
          <Lines
            label={t("compliance.basis")}
            hint={t("compliance.basisHint")}
            value={basis}
            onChange={setBasis}
          />
        )}
        <ScopeFields scope={scope} onChange={setScope} />
        <label className="field">
          <span>{t("compliance.readUntil")}</span>
          <input
            type="date"
            required
            value={lastDayField(endsAt)}
            onChange={(event) => setEndsAt(event.target.value ? dayAfter(event.target.value) : null)}
          />
          <small className="fine">{t("compliance.readUntilHint")}</small>
        </label>
        {keeping.error && (
          <p className="form-error" role="alert">
            {asApiError(keeping.error).detail.message ?? t("error.network")}
          </p>
        )}
        <div className="form-actions">
          <Button look="quiet" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button look="primary" type="submit" disabled={!isReady || keeping.isPending}>
            {t(`compliance.caseKeep.${what}`)}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface LinesProps {
  label: string;
  hint?: string;
  value: string;
  onChange: (value: string) => void;
}

export function Lines({ label, hint, value, onChange }: LinesProps) {
  return (
    <label className="field">
      <span>{label}</span>
      <textarea required rows={2} maxLength={2000} value={value} onChange={(e) => onChange(e.target.value)} />
      {hint && <small className="fine">{hint}</small>}
    </label>
  );
}
