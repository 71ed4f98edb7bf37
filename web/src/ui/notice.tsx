/** Places with nothing in them yet, and places that wait. */
import type { ReactNode } from "react";
import { asApiError } from "../api/errors";
import { useT } from "../i18n";
import { Button } from "./button";
import { Icon, type IconName } from "./icon";

interface EmptyProps {
  icon: IconName;
  title: string;
  text?: string;
  children?: ReactNode;
}

/** Says what belongs here and teaches one action. */
export function Empty({ icon, title, text, children }: EmptyProps) {
  return (
    <div className="empty">
      <span className="empty-icon">
        <Icon name={icon} size={28} />
      </span>
      <h2>{title}</h2>
      {text && <p>{text}</p>}
      {children}
    </div>
  );
}

export function Waiting() {
  const t = useT();
  return (
    <div className="waiting" role="status">
      <span className="spinner" aria-hidden="true" />
      <span className="visually-hidden">{t("common.loading")}</span>
    </div>
  );
}

export function Failure({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const t = useT();
  const failure = asApiError(error);
  const text = failure.detail.message ?? t("error.network");
  return (
    <Empty icon="alert" title={t("error.title")} text={text}>
      {failure.detail.request_id && (
        <p className="fine">{t("error.request", { id: failure.detail.request_id })}</p>
      )}
      {onRetry && (
        <Button icon="retry" onClick={onRetry}>
          {t("common.retry")}
        </Button>
      )}
    </Empty>
  );
}
