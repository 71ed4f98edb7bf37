/** Signs a version with a key that this device holds; or with one elsewhere, by hand. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { asApiError } from "../../api/errors";
import { useT } from "../../i18n";
import { Link } from "../../navigation";
import { paths } from "../../paths";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Waiting } from "../../ui/notice";
import { keysQuery, policyKey, sign, type Version, type VersionCard } from "./api";
import { heldHere, signHere } from "./key-store";

interface SignDialogProps {
  version: Version;
  toSign: NonNullable<VersionCard["to_sign"]>;
  onClose: () => void;
}

export function SignDialog({ version, toSign, onClose }: SignDialogProps) {
  const t = useT();
  const client = useQueryClient();
  const keys = useQuery(keysQuery);
  const mine = (keys.data ?? []).filter((key) => key.is_own && key.confirmed_at && !key.revoked_at);
  const held = useQuery({
    queryKey: [...policyKey, "held", mine.map((key) => key.id).join()],
    queryFn: () => heldHere(mine.map((key) => key.id)),
    enabled: keys.isSuccess,
  });
  const [signature, setSignature] = useState("");
  const [keyId, setKeyId] = useState("");
  const here = mine.find((key) => held.data?.includes(key.id));
  const signing = useMutation({
    mutationFn: async () => {
      if (here) await sign(version.number, here.id, await signHere(here.id, toSign.statement));
      else await sign(version.number, keyId || (mine[0]?.id ?? ""), signature.trim());
    },
    onSuccess: onClose,
    onSettled: () => client.invalidateQueries({ queryKey: policyKey }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!signing.isPending) signing.mutate();
  };
  return (
    <Dialog title={t("policy.signTitle", { number: version.number })} onClose={onClose}>
      {keys.isPending || (keys.isSuccess && held.isPending) ? (
        <Waiting />
      ) : (
        <form className="form" onSubmit={submit}>
          <p>{t(toSign.role === "author" ? "policy.signAuthorText" : "policy.signApproverText")}</p>
          <pre className="policy-statement">{toSign.statement}</pre>
          {here ? (
            <p>
              {t("policy.signedWith")} <strong>{here.name}</strong>{" "}
              <code>{here.public_key.slice(0, 12)}</code>
            </p>
          ) : mine.length > 0 ? (
            <>
              <label className="field">
                <span>{t("policy.key")}</span>
                <select value={keyId || mine[0]?.id} onChange={(event) => setKeyId(event.target.value)}>
                  {mine.map((key) => (
                    <option key={key.id} value={key.id}>
                      {key.name} · {key.public_key.slice(0, 12)}
                    </option>
                  ))}
                </select>
              </label>
              <label className="field">
                <span>{t("policy.signature")}</span>
                <textarea
                  rows={2}
                  required
                  value={signature}
                  onChange={(event) => setSignature(event.target.value)}
                />
                <small className="fine">{t("policy.signatureHint")}</small>
              </label>
            </>
          ) : (
            <p className="form-error">
              {t("policy.noKey")} <Link to={paths.policy("keys")}>{t("policy.tab.keys")}</Link>
            </p>
          )}
          {signing.error && (
            <p className="form-error" role="alert">
              {asApiError(signing.error).detail.message ?? t("error.network")}
            </p>
          )}
          <div className="form-actions">
            <Button look="quiet" onClick={onClose}>
              {t("common.cancel")}
            </Button>
            <Button
              look="primary"
              type="submit"
              disabled={signing.isPending || !(here || (mine.length > 0 && signature.trim()))}
            >
              {t("policy.sign")}
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
