/** Writes a case: a new one, a draft anew, or another scope for one that is in force. */
import type { FormEvent } from "react";
import { asApiError } from "../../api/errors";
import { dayEnds } from "../../days";
import { useT } from "../../i18n";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { lastDayField } from "./moments";
import { ScopeFields } from "./scope-fields";
import { type CaseDraftOf, useCaseDraft } from "./use-case-draft";

export function CaseDialog({ onClose, ...of }: CaseDraftOf & { onClose: () => void }) {
  const t = useT();
  const { what } = of;
  const { draft, change, keeping } = useCaseDraft(of, onClose);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (draft.isReady && !keeping.isPending) keeping.mutate();
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
              value={draft.number}
              onChange={(e) => change({ number: e.target.value })}
            />
            <small className="fine">{t("compliance.numberHint")}</small>
          </label>
        )}
        <Lines
          label={t("compliance.reason")}
          value={draft.reason}
          onChange={(reason) => change({ reason })}
        />
        {what !== "scope" && (
          <Lines
            label={t("compliance.basis")}
            hint={t("compliance.basisHint")}
            value={draft.basis}
            onChange={(basis) => change({ basis })}
          />
        )}
        <ScopeFields scope={draft.scope} onChange={(scope) => change({ scope })} />
        <label className="field">
          <span>{t("compliance.readUntil")}</span>
          <input
            type="date"
            required
            value={lastDayField(draft.endsAt)}
            onChange={(event) => change({ endsAt: event.target.value ? dayEnds(event.target.value) : null })}
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
          <Button look="primary" type="submit" disabled={!draft.isReady || keeping.isPending}>
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
