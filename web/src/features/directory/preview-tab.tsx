/** Tells what a planned reorganisation would mean, from an LDIF or from the directory as it is. Nothing is written. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { asApiError } from "../../api/errors";
import { useLanguage, useT } from "../../i18n";
import { Button } from "../../ui/button";
import { Failure, Waiting } from "../../ui/notice";
import { type Ask, ask, isOver, requestQuery, sourcesQuery } from "./api";
import { ChangeList } from "./change-list";
import { ConsequencesView } from "./consequences";
import { readChanges, readConsequences, readFinding, readFindings, readNames, sentence } from "./documents";
import { FindingList } from "./finding-list";
import { type FileFault, fileFault } from "./ldif-file";

export function PreviewTab() {
  const t = useT();
  const sources = useQuery(sourcesQuery);
  const [requestId, setRequestId] = useState<string | null>(null);
  if (sources.isPending) return <Waiting />;
  if (sources.isError) return <Failure error={sources.error} onRetry={() => void sources.refetch()} />;
  const all = sources.data.sources;
  const earlier = all.flatMap((source) => source.requests).find((request) => request.kind === "preview");
  const shown = requestId ?? earlier?.id ?? null;
  return (
    <>
      <p>{t("directory.previewText")}</p>
      <PreviewForm names={all.map((source) => source.name)} onAsked={(request) => setRequestId(request.id)} />
      {shown && <PreviewResult key={shown} id={shown} />}
    </>
  );
}

function PreviewForm({ names, onAsked }: { names: string[]; onAsked: (request: Ask) => void }) {
  const t = useT();
  const [source, setSource] = useState(names[0] ?? "");
  const [file, setFile] = useState<File | null>(null);
  const [fault, setFault] = useState<FileFault | null>(null);
  const asking = useMutation({
    mutationFn: async () => {
      const ldif = file ? await file.text() : undefined;
      const wrong = file && ldif !== undefined ? fileFault(file.size, ldif) : null;
      setFault(wrong);
      return wrong ? null : ask({ source, kind: "preview", ldif });
    },
    onSuccess: (request) => request && onAsked(request),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!asking.isPending && source) asking.mutate();
  };
  return (
    <form className="form preview-form" onSubmit={submit}>
      {names.length > 1 && (
        <label className="field">
          <span>{t("directory.source")}</span>
          <select value={source} onChange={(event) => setSource(event.target.value)}>
            {names.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      )}
      <label className="field">
        <span>{t("directory.ldif")}</span>
        <input
          type="file"
          accept=".ldif,.ldf,text/plain"
          onChange={(event) => {
            setFile(event.target.files?.[0] ?? null);
            setFault(null);
          }}
        />
        <small className="fine">{t("directory.ldifHint")}</small>
      </label>
      {(fault || asking.error) && (
        <p className="form-error" role="alert">
          {fault
            ? t(`directory.file.${fault}`)
            : (asApiError(asking.error).detail.message ?? t("error.network"))}
        </p>
      )}
      <div className="form-actions">
        <Button look="primary" type="submit" disabled={asking.isPending || !source}>
          {t(
            asking.isPending ? "directory.sending" : file ? "directory.previewFile" : "directory.previewNow",
          )}
        </Button>
      </div>
    </form>
  );
}

function PreviewResult({ id }: { id: string }) {
  const t = useT();
  const language = useLanguage();
  const query = useQuery(requestQuery(id));
  if (query.isPending) return <Waiting />;
  if (query.isError) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  const request = query.data;
  if (!isOver(request))
    return (
      <div role="status" className="progress">
        <span className="spinner" aria-hidden="true" />
        <p>{t(request.state === "running" ? "directory.previewRuns" : "directory.previewWaits")}</p>
      </div>
    );
  if (request.state === "failed")
    return (
      <p className="form-error" role="alert">
        {sentence(readFinding(request.error), language) || t("error.title")}
      </p>
    );
  const result = (request.result ?? {}) as Record<string, unknown>;
  const refusals = readFindings(result.refusals);
  const findings = readFindings(result.findings);
  const withoutEffect = readNames(result.without_effect);
  const changes = readChanges(result.changes);
  const total = typeof result.changes_total === "number" ? result.changes_total : changes.length;
  return (
    <article className="source" aria-live="polite">
      <h2>{t("directory.previewOf", { name: request.source })}</h2>
      <p className="fine">{t(request.ldif_bytes === null ? "directory.ofNow" : "directory.ofFile")}</p>
      {refusals.length > 0 && (
        <section>
          <h3>{t("directory.wouldStop")}</h3>
          <FindingList findings={refusals} />
        </section>
      )}
      <ConsequencesView of={readConsequences(result.consequences, result.counts)} />
      <section>
        <h3>{t("directory.changes")}</h3>
        <ChangeList changes={changes} total={total} />
      </section>
      {withoutEffect.length > 0 && (
        <section>
          <h3>{t("directory.withoutEffect")}</h3>
          <p className="fine">{t("directory.withoutEffectText")}</p>
          <ul className="examples">
            {withoutEffect.map((name) => (
              <li key={name}>{name}</li>
            ))}
          </ul>
        </section>
      )}
      {findings.length > 0 && (
        <section>
          <h3>{t("directory.runFindings")}</h3>
          <FindingList findings={findings} />
        </section>
      )}
    </article>
  );
}
