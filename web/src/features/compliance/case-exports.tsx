/** What is taken out of a case as an archive: ask for it, see how far it is, fetch it while it is kept. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useIntl } from "react-intl";
import { asApiError } from "../../api/errors";
import { termOf, useT } from "../../i18n";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Empty, Failure } from "../../ui/notice";
import {
  type Case,
  type CaseExport,
  exportsQuery,
  fetchExport,
  isUnderWay,
  makeExport,
  removeExport,
} from "./case-api";
import { type Filters, MoreFilters, NONE, wantedOf } from "./case-search";
import { CopyButton } from "./copy-button";
import { Skeleton } from "./skeleton";
import { Day, WhenExactly } from "./when-exactly";

export function CaseExports({ of }: { of: Case }) {
  const t = useT();
  const query = useQuery(exportsQuery(of.id));
  const isBusy = query.data?.some(isUnderWay) ?? false;
  return (
    <>
      {of.can.includes("read") && <Ask of={of} isBusy={isBusy} />}
      {query.isPending && <Skeleton lines={3} />}
      {query.isError && <Failure error={query.error} onRetry={() => void query.refetch()} />}
      {query.data?.length === 0 && (
        <Empty icon="out" title={t("compliance.noExports")} text={t("compliance.noExportsText")} />
      )}
      <ul className="holds">
        {query.data?.map((one) => (
          <li key={one.id}>
            <ExportRow of={of} one={one} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Ask({ of, isBusy }: { of: Case; isBusy: boolean }) {
  const t = useT();
  const client = useQueryClient();
  const [filters, setFilters] = useState<Filters>(NONE);
  const [forms, setForms] = useState({ with_table: true, with_mails: false });
  const asking = useMutation({
    mutationFn: () => makeExport(of.id, { ...wantedOf(filters), ...forms }),
    onSettled: () => client.invalidateQueries({ queryKey: exportsQuery(of.id).queryKey }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    asking.mutate();
  };
  return (
    <form className="form export-form" onSubmit={submit}>
      <p>{t("compliance.exportText")}</p>
      <fieldset className="choice-row">
        <legend>{t("compliance.exportForms")}</legend>
        <label>
          <input
            type="checkbox"
            checked={forms.with_table}
            onChange={(event) => setForms({ ...forms, with_table: event.target.checked })}
          />
          <span>{t("compliance.exportTable")}</span>
        </label>
        <label>
          <input
            type="checkbox"
            checked={forms.with_mails}
            onChange={(event) => setForms({ ...forms, with_mails: event.target.checked })}
          />
          <span>{t("compliance.exportMails")}</span>
        </label>
      </fieldset>
      <MoreFilters of={of} filters={filters} onChange={setFilters} withWords />
      {asking.error && (
        <p className="form-error" role="alert">
          {asApiError(asking.error).detail.message ?? t("error.network")}
        </p>
      )}
      <p>
        <Button look="primary" type="submit" disabled={isBusy || asking.isPending}>
          {t("compliance.exportMake")}
        </Button>
      </p>
    </form>
  );
}

const TONES: Record<CaseExport["stage"], string> = {
  choosing: "warn",
  writing: "warn",
  sealing: "warn",
  ready: "good",
  failed: "bad",
  gone: "plain",
};

function ExportRow({ of, one }: { of: Case; one: CaseExport }) {
  const t = useT();
  const forms = ["JSON Lines", one.with_table && "CSV", one.with_mails && "EML"].filter(Boolean).join(", ");
  return (
    <article className="source">
      <header className="source-head">
        <div>
          <h3 className="hold-number">
            <WhenExactly at={one.asked_at} />
          </h3>
          <p className="fine">
            {one.asked_by.display_name} · {forms}
            {Object.keys(one.filter).length > 0 && ` · ${t("compliance.exportPart")}`}
          </p>
        </div>
        <span className="status" role="status" data-tone={TONES[one.stage]} data-testid="export-stage">
          {t(`compliance.exportStage.${one.stage}`)}
        </span>
      </header>
      {isUnderWay(one) && <Making one={one} />}
      {one.stage === "ready" && <Ready one={one} />}
      {one.why && <p>{termOf(t, "compliance.exportWhy", one.why)}</p>}
      {(one.stage === "ready" || one.can_remove) && <Acts of={of} one={one} />}
    </article>
  );
}

function Making({ one }: { one: CaseExport }) {
  const t = useT();
  const intl = useIntl();
  const done = intl.formatNumber(one.done);
  return (
    <div className="check-progress">
      {one.total !== null && (
        <p>{t("compliance.exportDone", { done, total: intl.formatNumber(one.total) })}</p>
      )}
      <progress
        aria-label={t(`compliance.exportStage.${one.stage}`)}
        max={one.total || undefined}
        value={one.stage === "writing" && one.total ? one.done : undefined}
      />
    </div>
  );
}

function Ready({ one }: { one: CaseExport }) {
  const t = useT();
  const intl = useIntl();
  return (
    <>
      <p>
        {t("compliance.exportReady", {
          count: one.total ?? 0,
          size: intl.formatNumber(Math.max(0.1, (one.size ?? 0) / 1_000_000), {
            style: "unit",
            unit: "megabyte",
            maximumFractionDigits: 1,
          }),
        })}{" "}
        {one.keep_until && (
          <>
            {t("compliance.exportKept")} <Day at={one.keep_until} />.
          </>
        )}
      </p>
      {!one.is_signed && <p className="form-error">{t("compliance.exportUnsigned")}</p>}
      {one.manifest_sha256 && (
        <details>
          <summary>{t("compliance.exportCheck")}</summary>
          <p className="fine">{t("compliance.exportCheckText")}</p>
          <p className="proof-line">
            <code>{one.manifest_sha256}</code>{" "}
            <CopyButton text={one.manifest_sha256} label={t("compliance.exportCopy")} />
          </p>
        </details>
      )}
    </>
  );
}

function Acts({ of, one }: { of: Case; one: CaseExport }) {
  const t = useT();
  const client = useQueryClient();
  const [isRemoving, setRemoving] = useState(false);
  const settled = () => client.invalidateQueries({ queryKey: exportsQuery(of.id).queryKey });
  const fetching = useMutation({ mutationFn: () => fetchExport(of.id, one.id), onSettled: settled });
  const removing = useMutation({ mutationFn: () => removeExport(of.id, one.id), onSettled: settled });
  const error = fetching.error ?? removing.error;
  return (
    <>
      {error && (
        <p className="form-error" role="alert">
          {asApiError(error).detail.message ?? t("error.network")}
        </p>
      )}
      <footer className="source-acts">
        {one.stage === "ready" && of.can.includes("read") && (
          <Button look="primary" disabled={fetching.isPending} onClick={() => fetching.mutate()}>
            {t("compliance.exportFetch")}
          </Button>
        )}
        {one.can_remove && (
          <Button disabled={removing.isPending} onClick={() => setRemoving(true)}>
            {t(one.stage === "ready" ? "compliance.exportRemove" : "compliance.exportStop")}
          </Button>
        )}
      </footer>
      {isRemoving && (
        <RemoveDialog
          isReady={one.stage === "ready"}
          onRemove={() => removing.mutate()}
          onClose={() => setRemoving(false)}
        />
      )}
    </>
  );
}

interface RemoveDialogProps {
  isReady: boolean;
  onRemove: () => void;
  onClose: () => void;
}

/** It cannot be undone, but it can be made again. */
function RemoveDialog({ isReady, onRemove, onClose }: RemoveDialogProps) {
  const t = useT();
  return (
    <Dialog
      title={t(isReady ? "compliance.exportRemoveTitle" : "compliance.exportStopTitle")}
      onClose={onClose}
    >
      <p>{t("compliance.exportRemoveText")}</p>
      <footer className="form-actions">
        <Button onClick={onClose}>{t("common.cancel")}</Button>
        <Button
          look="danger"
          onClick={() => {
            onRemove();
            onClose();
          }}
        >
          {t(isReady ? "compliance.exportRemove" : "compliance.exportStop")}
        </Button>
      </footer>
    </Dialog>
  );
}
