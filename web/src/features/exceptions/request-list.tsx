/** Requests for exceptions: those that wait for me, and my own. */
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { lastDay } from "../../days";
import { useT } from "../../i18n";
import { openPerson } from "../../navigation";
import { Button } from "../../ui/button";
import { MoreButton } from "../../ui/more-button";
import { Empty, Failure, Waiting } from "../../ui/notice";
import { ActDialog } from "../directory/act-dialog";
import { When } from "../directory/when";
import { Day } from "./ask-exception";
import {
  type ExceptionRequest,
  exceptionsTouched,
  myRequestsQuery,
  refuseRequest,
  standing,
  toDecideQuery,
  withdrawRequest,
} from "./exceptions";
import { GrantDialog } from "./grant-dialog";

export function ToDecide() {
  const t = useT();
  const query = useInfiniteQuery(toDecideQuery);
  return (
    <Requests
      query={query}
      empty={
        <Empty icon="check" title={t("exception.noneToDecide")} text={t("exception.noneToDecideText")} />
      }
      row={(request) => <RowToDecide request={request} />}
    />
  );
}

export function MyRequests() {
  const t = useT();
  const query = useInfiniteQuery(myRequestsQuery);
  return (
    <section className="exception-section" aria-labelledby="my-requests">
      <h2 id="my-requests">{t("exception.myRequests")}</h2>
      <Requests
        query={query}
        empty={<p className="fine">{t("exception.noneAskedText")}</p>}
        row={(request) => <MyRow request={request} />}
      />
    </section>
  );
}

type RequestsQuery = ReturnType<typeof useMyRequests>;
const useMyRequests = () => useInfiniteQuery(myRequestsQuery);

interface RequestsProps {
  query: RequestsQuery;
  empty: ReactNode;
  row: (request: ExceptionRequest) => ReactNode;
}

function Requests({ query, empty, row }: RequestsProps) {
  if (query.isPending) return <Waiting />;
  if (query.isError) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  const all = query.data.pages.flatMap((page) => page.requests);
  if (all.length === 0) return empty;
  return (
    <>
      <ul className="appointments">
        {all.map((request) => (
          <li key={request.id}>{row(request)}</li>
        ))}
      </ul>
      <MoreButton query={query} />
    </>
  );
}

function RowToDecide({ request }: { request: ExceptionRequest }) {
  const t = useT();
  const [doing, setDoing] = useState<"grant" | "refuse" | null>(null);
  return (
    <>
      <Pair request={request} />
      <p className="exception-reason">{request.reason}</p>
      <Asked request={request} />
      {request.can.includes("grant") && (
        <span className="row-actions">
          <Button look="primary" onClick={() => setDoing("grant")}>
            {t("exception.grant")}
          </Button>
          <Button onClick={() => setDoing("refuse")}>{t("exception.refuse")}</Button>
        </span>
      )}
      {doing === "grant" && <GrantDialog request={request} onClose={() => setDoing(null)} />}
      {doing === "refuse" && (
        <ActDialog
          title={t("exception.refuseTitle")}
          confirm={t("exception.refuse")}
          look="danger"
          invalidates={exceptionsTouched}
          act={(reason) => refuseRequest(request.id, reason)}
          onClose={() => setDoing(null)}
        >
          <p>
            {t("exception.pair", {
              person: request.person.display_name,
              target: request.target.display_name,
            })}
          </p>
          <p className="fine">{t("exception.answerHint")}</p>
        </ActDialog>
      )}
    </>
  );
}

function MyRow({ request }: { request: ExceptionRequest }) {
  const t = useT();
  const client = useQueryClient();
  const { decided, exception } = request;
  const withdrawing = useMutation({
    mutationFn: () => withdrawRequest(request.id),
    onSettled: () => client.invalidateQueries({ queryKey: exceptionsTouched }),
  });
  return (
    <>
      <span className="exception-head">
        <button type="button" className="link" onClick={() => openPerson(request.target.id)}>
          {request.target.display_name}
        </button>
        <span className="mark" data-standing={standing(request)}>
          {t(`exception.standing.${standing(request)}`)}
        </span>
      </span>
      <p className="exception-reason">{request.reason}</p>
      <Asked request={request} />
      {request.state === "open" && (
        <small>
          {request.waits_for
            ? t("exception.waitsFor", { name: request.waits_for.display_name })
            : t(request.approver === "security" ? "exception.waitsForSecurity" : "exception.waits")}
        </small>
      )}
      {decided?.answer && (
        <small>
          {decided.by.display_name}, <When at={decided.at} />: {decided.answer}
        </small>
      )}
      {exception?.ended ? (
        <small>
          {t("exception.endedBy", { name: exception.ended.by.display_name })} {exception.ended.reason}
        </small>
      ) : null}
      {exception && !exception.ended && (
        <small>
          {t("exception.from")} <Day at={new Date(exception.from)} /> {t("exception.through")}{" "}
          <Day at={lastDay(exception.until)} />
        </small>
      )}
      {request.can.includes("withdraw") && (
        <span className="row-actions">
          <Button disabled={withdrawing.isPending} onClick={() => withdrawing.mutate()}>
            {t("exception.withdraw")}
          </Button>
        </span>
      )}
    </>
  );
}

function Pair({ request: { person, target } }: { request: ExceptionRequest }) {
  return (
    <span className="exception-head">
      <button type="button" className="link" onClick={() => openPerson(person.id)}>
        {person.display_name}
      </button>
      <span aria-hidden="true">→</span>
      <button type="button" className="link" onClick={() => openPerson(target.id)}>
        {target.display_name}
      </button>
    </span>
  );
}

function Asked({ request }: { request: ExceptionRequest }) {
  const t = useT();
  return (
    <small>
      {t("exception.asked")} <When at={request.asked_at} /> · {t("exception.wanted")}{" "}
      <Day at={new Date(request.wanted_until)} />
      {/^[A-Z]\d+$/.test(request.rule) && ` · ${t("exception.rule", { rule: request.rule })}`}
    </small>
  );
}
