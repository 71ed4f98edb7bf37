/** What is in force, where, and on which nodes; and the way back. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useT } from "../../i18n";
import { Link } from "../../navigation";
import { paths } from "../../paths";
import { Button } from "../../ui/button";
import { Failure, Waiting } from "../../ui/notice";
import { ActDialog } from "../directory/act-dialog";
import { When } from "../directory/when";
import { type Activation, endActivation, policyKey, rollBack, stateQuery } from "./api";
import { NodeList } from "./node-list";

export function StateTab({ canAct }: { canAct: boolean }) {
  const t = useT();
  const query = useQuery(stateQuery);
  const [goingBack, setGoingBack] = useState(false);
  if (query.isPending) return <Waiting />;
  if (query.isError) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  const { active, activations, nodes } = query.data;
  return (
    <>
      <article className="source">
        <header className="source-head">
          <div>
            <h2>
              <Link to={paths.policyVersion(active.number)}>
                {t("policy.version", { number: active.number })}
              </Link>
            </h2>
            <p className="fine">{active.note || t("policy.ofProgram")}</p>
          </div>
          <span className="status" data-tone="good">
            {t("policy.phase.active")}
          </span>
        </header>
        <ul className="policy-activations">
          {activations.map((one) => (
            <li key={one.id}>
              <ActivationRow activation={one} canAct={canAct} />
            </li>
          ))}
        </ul>
        <section>
          <h3>{t("policy.nodes")}</h3>
          <NodeList nodes={nodes} />
        </section>
        {canAct && active.number > 1 && (
          <footer className="source-acts">
            <Button onClick={() => setGoingBack(true)}>{t("policy.rollBack")}</Button>
          </footer>
        )}
      </article>
      {goingBack && (
        <ActDialog
          title={t("policy.rollBackTitle")}
          confirm={t("policy.rollBack")}
          look="danger"
          act={rollBack}
          invalidates={policyKey}
          onClose={() => setGoingBack(false)}
        >
          <p>{t("policy.rollBackText")}</p>
        </ActDialog>
      )}
    </>
  );
}

function ActivationRow({ activation, canAct }: { activation: Activation; canAct: boolean }) {
  const t = useT();
  const [ending, setEnding] = useState(false);
  const { number, mode, agency, from, begun_by, reason } = activation;
  const isEverywhere = mode === "active" && !agency;
  const place =
    mode === "shadow"
      ? t("policy.inShadow", { number })
      : agency
        ? t("policy.inAgency", { number, name: agency.name })
        : t("policy.everywhere", { number });
  return (
    <>
      <span>{place}</span>
      <small>
        {from && <When at={from} />}
        {begun_by && ` · ${begun_by.display_name}`} · {reason}
      </small>
      {canAct && !isEverywhere && (
        <span className="row-actions">
          <Button onClick={() => setEnding(true)}>{t("policy.end")}</Button>
        </span>
      )}
      {ending && (
        <ActDialog
          title={t("policy.endTitle")}
          confirm={t("policy.end")}
          look="danger"
          act={(why) => endActivation(activation.id, why)}
          invalidates={policyKey}
          onClose={() => setEnding(false)}
        >
          <p>{place}</p>
        </ActDialog>
      )}
    </>
  );
}
