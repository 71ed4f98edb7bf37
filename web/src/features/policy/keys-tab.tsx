/** The keys of officers: one's own, made on this device, and those of others, which one confirms. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { asApiError } from "../../api/errors";
import { useT } from "../../i18n";
import { Button } from "../../ui/button";
import { Empty, Failure, Waiting } from "../../ui/notice";
import { When } from "../directory/when";
import { enrol, type Key, keysQuery, policyKey, settleKey } from "./api";
import { makeKey } from "./key-store";

export function KeysTab({ canAct }: { canAct: boolean }) {
  const t = useT();
  const query = useQuery(keysQuery);
  if (query.isPending) return <Waiting />;
  if (query.isError) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <>
      <p>{t("policy.keysText")}</p>
      {canAct && <NewKey />}
      {query.data.length === 0 ? (
        <Empty icon="lock" title={t("policy.noKeysTitle")} text={t("policy.noKeysText")} />
      ) : (
        <ul className="policy-keys">
          {query.data.map((key) => (
            <li key={key.id}>
              <KeyRow known={key} canAct={canAct} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function NewKey() {
  const t = useT();
  const client = useQueryClient();
  const [name, setName] = useState("");
  const making = useMutation({
    mutationFn: async () => {
      const key = await makeKey();
      await key.keep((await enrol(name.trim(), key.publicKey)).id);
    },
    onSuccess: () => setName(""),
    onSettled: () => client.invalidateQueries({ queryKey: policyKey }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() && !making.isPending) making.mutate();
  };
  return (
    <form className="policy-new-key" onSubmit={submit}>
      <label className="field">
        <span>{t("policy.keyName")}</span>
        <input value={name} maxLength={100} onChange={(event) => setName(event.target.value)} />
        <small className="fine">{t("policy.keyNameHint")}</small>
      </label>
      <Button look="primary" type="submit" disabled={!name.trim() || making.isPending}>
        {t("policy.makeKey")}
      </Button>
      {making.error && (
        <p className="form-error" role="alert">
          {asApiError(making.error).detail.message ?? t("policy.cannotMakeKey")}
        </p>
      )}
    </form>
  );
}

function KeyRow({ known, canAct }: { known: Key; canAct: boolean }) {
  const t = useT();
  const client = useQueryClient();
  const settling = useMutation({
    mutationFn: (act: "confirm" | "revoke") => settleKey(known.id, act),
    onSettled: () => client.invalidateQueries({ queryKey: policyKey }),
  });
  const state = known.revoked_at ? "revoked" : known.confirmed_at ? "confirmed" : "waiting";
  return (
    <>
      <span>
        <strong>{known.person?.display_name}</strong> · {known.name}
        {known.is_own && ` (${t("policy.ownKey")})`}
      </span>
      <code className="policy-key">{known.public_key.match(/.{1,8}/g)?.join(" ")}</code>
      <small>
        <When at={known.enrolled_at} /> ·{" "}
        {t(`policy.keyState.${state}`, { name: known.confirmed_by?.display_name ?? "" })}
      </small>
      {settling.error && <small className="form-error">{asApiError(settling.error).detail.message}</small>}
      {canAct && state !== "revoked" && (
        <span className="row-actions">
          {state === "waiting" && !known.is_own && (
            <Button onClick={() => settling.mutate("confirm")}>{t("policy.confirmKey")}</Button>
          )}
          <Button onClick={() => settling.mutate("revoke")}>{t("policy.revokeKey")}</Button>
        </span>
      )}
    </>
  );
}
