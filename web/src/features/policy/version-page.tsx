/** One version: who signed it, what it changes, what that would mean, and what there is to do with it. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useT } from "../../i18n";
import { Button } from "../../ui/button";
import { Failure, Waiting } from "../../ui/notice";
import { When } from "../directory/when";
import { ActivateDialog } from "./activate-dialog";
import { stateQuery, type Version, versionQuery } from "./api";
import { ChangesSection } from "./changes-section";
import { MatrixSection } from "./matrix-section";
import { NodeList } from "./node-list";
import { RuleList } from "./rule-list";
import { ShadowSection } from "./shadow-section";
import { SignDialog } from "./sign-dialog";
import { WhatIfSection } from "./whatif-section";
import { WithdrawDialog } from "./withdraw-dialog";
import { toneOf } from "./words";

type Act = "sign" | "shadow" | "agency" | "everywhere" | "withdraw";

export function VersionPage({ number, canAct }: { number: number; canAct: boolean }) {
  const t = useT();
  const query = useQuery(versionQuery(number));
  const active = useQuery(stateQuery).data?.active.number;
  const [doing, setDoing] = useState<Act | null>(null);
  if (query.isPending) return <Waiting />;
  if (query.isError) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  const { version, rules, walls, nodes, to_sign, cells } = query.data;
  const close = () => setDoing(null);
  return (
    <>
      <article className="source">
        <header className="source-head">
          <div>
            <h2>{t("policy.version", { number })}</h2>
            <p className="fine">
              {version.author?.display_name ?? t("policy.program")} · <When at={version.created_at} /> ·{" "}
              <code title={version.sha256}>{version.sha256.slice(0, 12)}</code>
            </p>
          </div>
          <span className="status" data-tone={toneOf[version.phase]}>
            {t(`policy.phase.${version.phase}`)}
          </span>
        </header>
        <p>{version.note || t("policy.ofProgram")}</p>
        <p className="fine">{t(`policy.phaseText.${version.phase}`)}</p>
        {version.needs_security && <p className="policy-hard">{t("policy.needsSecurity")}</p>}
        <SignatureList version={version} />
        <section>
          <h3>{t("policy.nodes")}</h3>
          <NodeList nodes={nodes} />
          <p className="fine">{t("policy.cells", { count: cells })}</p>
        </section>
        {canAct && (
          <footer className="source-acts">
            {to_sign && (
              <Button look="primary" onClick={() => setDoing("sign")}>
                {t(to_sign.role === "author" ? "policy.signAsAuthor" : "policy.approve")}
              </Button>
            )}
            {version.phase === "approved" && (
              <Button onClick={() => setDoing("shadow")}>{t("policy.toShadow")}</Button>
            )}
            {["approved", "shadow", "trial"].includes(version.phase) && (
              <>
                <Button onClick={() => setDoing("agency")}>{t("policy.toAgency")}</Button>
                <Button look={to_sign ? "plain" : "primary"} onClick={() => setDoing("everywhere")}>
                  {t("policy.toEverywhere")}
                </Button>
              </>
            )}
            {["draft", "proposed", "approved"].includes(version.phase) && version.author && (
              <Button look="danger" onClick={() => setDoing("withdraw")}>
                {t("policy.withdraw")}
              </Button>
            )}
          </footer>
        )}
      </article>
      {version.base && <ChangesSection number={number} rules={rules} />}
      {canAct && version.base && number !== active && <WhatIfSection number={number} />}
      {version.activations.some((one) => one.mode === "shadow") && <ShadowSection number={number} />}
      <MatrixSection number={number} base={version.base} rules={rules} />
      <section className="policy-section">
        <h2>{t("policy.rules")}</h2>
        <RuleList rules={rules} />
        <h3>{t("policy.walls")}</h3>
        <ul className="policy-walls">
          {walls.map((wall) => (
            <li key={wall.between.join()}>
              {wall.between.join(" | ")} ·{" "}
              {t(wall.state === "closed" ? "policy.wallClosed" : "policy.wallOpen")}
              <small>{wall.why}</small>
            </li>
          ))}
        </ul>
      </section>
      {doing === "sign" && to_sign && <SignDialog version={version} toSign={to_sign} onClose={close} />}
      {(doing === "shadow" || doing === "agency" || doing === "everywhere") && (
        <ActivateDialog number={number} place={doing} onClose={close} />
      )}
      {doing === "withdraw" && <WithdrawDialog number={number} onClose={close} />}
    </>
  );
}

function SignatureList({ version }: { version: Version }) {
  const t = useT();
  if (!version.author) return null;
  return (
    <section>
      <h3>{t("policy.signatures")}</h3>
      <ul className="policy-signatures">
        {(["author", "approver"] as const).map((role) => {
          const given = version.signatures.find((one) => one.role === role);
          return (
            <li key={role} data-given={given ? true : undefined}>
              <strong>{t(`policy.role.${role}`)}</strong>{" "}
              {given ? (
                <>
                  {given.person?.display_name} ({t(`policy.duty.${given.duty as "admin" | "security"}`)}) ·{" "}
                  <When at={given.signed_at} />
                </>
              ) : (
                <span className="fine">{t("policy.notSigned")}</span>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
