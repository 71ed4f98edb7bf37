/** What the forms about labels share: the reason, the refusal, and the buttons. */
import type { ApiError } from "../../api/errors";
import { useT } from "../../i18n";
import { Button } from "../../ui/button";
import { DenialNotice } from "../composer/denial-notice";

interface ReasonFieldProps {
  hint: string;
  value: string;
  onChange: (reason: string) => void;
}

export function ReasonField({ hint, value, onChange }: ReasonFieldProps) {
  const t = useT();
  return (
    <label className="field">
      <span>{t("directory.reason")}</span>
      <textarea
        required
        rows={3}
        maxLength={2000}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <small className="fine">{hint}</small>
    </label>
  );
}

interface FormFootProps {
  error: ApiError | null;
  confirm: string;
  look?: "primary" | "danger";
  isReady: boolean;
  onClose: () => void;
}

export function FormFoot({ error, confirm, look = "primary", isReady, onClose }: FormFootProps) {
  const t = useT();
  return (
    <>
      {error?.decision && <DenialNotice decision={error.decision} />}
      {error && !error.decision && (
        <p className="form-error" role="alert">
          {error.detail.message ?? t("error.network")}
        </p>
      )}
      <div className="form-actions">
        <Button look="quiet" onClick={onClose}>
          {t("common.cancel")}
        </Button>
        <Button look={look} type="submit" disabled={!isReady}>
          {confirm}
        </Button>
      </div>
    </>
  );
}
