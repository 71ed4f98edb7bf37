/** What would be erased if the retention ran now, and what is held. It reads much, so it is asked for by a button. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { FormattedDate, useIntl } from "react-intl";
import { asApiError } from "../../api/errors";
import { labelsQuery } from "../../api/queries";
import { useLanguage, useT } from "../../i18n";
import { Button } from "../../ui/button";
import { type Preview, previewRetention } from "./case-api";
import { Skeleton } from "./skeleton";
import { Day } from "./when-exactly";

export function RetentionSection() {
  const t = useT();
  const asking = useMutation({ mutationFn: previewRetention });
  return (
    <section className="panel" aria-label={t("compliance.retention")}>
      <h2>{t("compliance.retention")}</h2>
      <p>{t("compliance.retentionText")}</p>
      <p>
        <Button onClick={() => asking.mutate()} disabled={asking.isPending}>
          {t("compliance.previewRetention")}
        </Button>
      </p>
      <div aria-live="polite">
        {asking.isPending && <Skeleton lines={4} />}
        {asking.error && (
          <p className="form-error" role="alert">
            {asApiError(asking.error).detail.message ?? t("error.network")}
          </p>
        )}
        {asking.data && <PreviewView preview={asking.data} />}
      </div>
    </section>
  );
}

function PreviewView({ preview }: { preview: Preview }) {
  const t = useT();
  const { rules, entries, due_count, held_count } = preview;
  if (rules.length === 0) return <p>{t("compliance.noRetention")}</p>;
  return (
    <>
      <p className="retention-sum">
        {t("compliance.wouldGo", { count: due_count })} {t("compliance.areHeld", { count: held_count })}
      </p>
      <ul className="plain-list">
        {rules.map((rule) => (
          <li key={rule.term}>
            <code>{rule.term}</code> · {t("compliance.saidBefore")} <Day at={rule.until} />
          </li>
        ))}
      </ul>
      {entries.length > 0 && <PreviewTable entries={entries} />}
    </>
  );
}

function PreviewTable({ entries }: { entries: Preview["entries"] }) {
  const t = useT();
  const intl = useIntl();
  const language = useLanguage();
  const levels = useQuery(labelsQuery).data?.levels;
  const labelName = (code: string) => {
    const level = levels?.find((one) => one.code === code);
    return level ? (language === "ru" ? level.name_ru : level.name_en) : code;
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a table that is wider than a phone is scrolled by keyboard, too.
    <section className="table-scroll" tabIndex={0} aria-label={t("compliance.retention")}>
      <table>
        <thead>
          <tr>
            <th>{t("compliance.month")}</th>
            <th>{t("compliance.kindOfPlace")}</th>
            <th>{t("compliance.label")}</th>
            <th className="number">{t("compliance.due")}</th>
            <th className="number">{t("compliance.held")}</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr key={[entry.month, entry.kind, entry.channel_kind, entry.label, entry.term].join()}>
              <td>
                <FormattedDate value={entry.month} month="long" year="numeric" timeZone="UTC" />
              </td>
              <td>
                {t(entry.channel_kind ? `channel.${entry.channel_kind}` : `compliance.kind.${entry.kind}`)}
              </td>
              <td>{labelName(entry.label)}</td>
              <td className="number">{intl.formatNumber(entry.due_count)}</td>
              <td className="number">{intl.formatNumber(entry.held_count)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
