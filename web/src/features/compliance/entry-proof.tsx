/** The proof that an entry is in what was signed last: for whoever checks it with a program of their own. */
import { useMutation } from "@tanstack/react-query";
import { useIntl } from "react-intl";
import { get } from "../../api/client";
import { asApiError } from "../../api/errors";
import type { Given, Schemas } from "../../api/types";
import { useT } from "../../i18n";
import { Button } from "../../ui/button";
import { CopyButton } from "./copy-button";

type Inclusion = Given<Schemas["AuditInclusion"]>;

export function EntryProof({ seq }: { seq: number }) {
  const t = useT();
  const intl = useIntl();
  const asking = useMutation({
    mutationFn: async () =>
      (await get<{ inclusion: Inclusion }>("/audit/proofs/inclusion", { seq })).inclusion,
  });
  return (
    <div className="entry-proof" aria-live="polite">
      {!asking.data && (
        <Button onClick={() => asking.mutate()} disabled={asking.isPending}>
          {t("compliance.prove")}
        </Button>
      )}
      {asking.error && (
        <p className="form-error" role="alert">
          {asApiError(asking.error).detail.message ?? t("error.network")}
        </p>
      )}
      {asking.data && (
        <>
          <p>
            {t("compliance.proved", {
              leaf: intl.formatNumber(asking.data.leaf),
              size: intl.formatNumber(asking.data.size),
              steps: asking.data.proof.length,
            })}
          </p>
          <CopyButton text={JSON.stringify(asking.data, null, 2)} label={t("compliance.copyProof")} />
        </>
      )}
    </div>
  );
}
