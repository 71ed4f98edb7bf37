/** Wishes for lower labels: those on which one may decide, and one's own. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "../../api/client";
import { keys } from "../../api/keys";
import { labelRequestsQuery, meQuery, ownLabelRequestsQuery } from "../../api/queries";
import type { LabelRequest } from "../../api/types";
import { useT } from "../../i18n";
import { Empty, Failure, Waiting } from "../../ui/notice";
import { BackLink } from "../conversations/conversation-head";
import { ActDialog } from "../directory/act-dialog";
import { RequestCard } from "./request-card";

type Verb = "approve" | "refuse";

export function LabelRequestsPage() {
  const t = useT();
  const me = useQuery(meQuery).data;
  return (
    <div className="page-column">
      <header className="page-head">
        <BackLink />
        <div className="page-title">
          <h1>{t("nav.labelRequests")}</h1>
          <p>{t("label.pageText")}</p>
        </div>
      </header>
      <div className="page-scroll">
        <div className="page-body directory-body">
          {me?.decides_on_labels && <ToDecide />}
          <Own />
        </div>
      </div>
    </div>
  );
}

function ToDecide() {
  const t = useT();
  const requests = useQuery(labelRequestsQuery(true));
  const [deciding, setDeciding] = useState<{ request: LabelRequest; verb: Verb } | null>(null);
  if (requests.isPending) return <Waiting />;
  if (requests.isError) return <Failure error={requests.error} onRetry={() => void requests.refetch()} />;
  const act = (request: LabelRequest, verb: Verb) => (reason: string) =>
    post(`/label-requests/${request.id}/${verb}`, { reason });
  return (
    <section aria-label={t("label.toDecide")}>
      <h2 className="label-section-title">{t("label.toDecide")}</h2>
      {requests.data.length === 0 && (
        <Empty icon="check" title={t("label.noneTitle")} text={t("label.noneText")} />
      )}
      <ul className="appointments">
        {requests.data.map((request) => (
          <RequestCard
            key={request.id}
            request={request}
            onDecide={(verb) => setDeciding({ request, verb })}
          />
        ))}
      </ul>
      {deciding && (
        <ActDialog
          title={t(`label.${deciding.verb}Title`)}
          confirm={t(`label.${deciding.verb}`)}
          look={deciding.verb === "approve" ? "primary" : "danger"}
          act={act(deciding.request, deciding.verb)}
          invalidates={keys.labelRequests}
          onClose={() => setDeciding(null)}
        >
          <p>{t(`label.${deciding.verb}Text`)}</p>
        </ActDialog>
      )}
    </section>
  );
}

function Own() {
  const t = useT();
  const own = useQuery(ownLabelRequestsQuery);
  if (own.isPending) return <Waiting />;
  if (own.isError) return <Failure error={own.error} onRetry={() => void own.refetch()} />;
  return (
    <section aria-label={t("label.mine")}>
      <h2 className="label-section-title">{t("label.mine")}</h2>
      {own.data.length === 0 && <p className="fine">{t("label.noneOfMine")}</p>}
      <ul className="appointments">
        {own.data.map((request) => (
          <RequestCard key={request.id} request={request} />
        ))}
      </ul>
    </section>
  );
}
