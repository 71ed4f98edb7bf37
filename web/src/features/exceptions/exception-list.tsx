/** Exceptions in force, coming and ended; whoever may end one does it here, and the security office makes blocks. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { lastDay } from "../../days";
import { useT } from "../../i18n";
import { openPerson } from "../../navigation";
import { Button } from "../../ui/button";
import { MoreButton } from "../../ui/more-button";
import { Empty, Failure, Waiting } from "../../ui/notice";
import { ActDialog } from "../directory/act-dialog";
import { When } from "../directory/when";
import { Day } from "./ask-exception";
import { BlockDialog } from "./block-dialog";
import {
  type Exception,
  type ExceptionState,
  exceptionsQuery,
  exceptionsTouched,
  revokeException,
  STATES,
} from "./exceptions";

export function ExceptionList({ which }: { which: "mine" | "office" | "all" }) {
  const t = useT();
  const heading = useId();
  const [state, setState] = useState<ExceptionState>("active");
  const [blocking, setBlocking] = useState(false);
  return (
    <section className="exception-section" aria-labelledby={heading}>
      <h2 id={heading}>{t(`exception.list.${which}`)}</h2>
      <div className="filters filters-apart">
        <fieldset className="choice-row">
          <legend>{t("exception.show")}</legend>
          {STATES.map((one) => (
            <label key={one}>
              <input type="radio" name={heading} checked={state === one} onChange={() => setState(one)} />
              <span>{t(`exception.state.${one}`)}</span>
            </label>
          ))}
        </fieldset>
        {which === "all" && (
          <Button look="primary" icon="lock" onClick={() => setBlocking(true)}>
            {t("exception.block")}
          </Button>
        )}
      </div>
      <Rows which={which} state={state} />
      {blocking && <BlockDialog onClose={() => setBlocking(false)} />}
    </section>
  );
}

function Rows({ which, state }: { which: "mine" | "office" | "all"; state: ExceptionState }) {
  const t = useT();
  const query = useInfiniteQuery(exceptionsQuery(which, state));
  if (query.isPending) return <Waiting />;
  if (query.isError) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  const all = query.data.pages.flatMap((page) => page.exceptions);
  if (all.length === 0)
    return (
      <Empty icon="check" title={t(`exception.none.${state}`)} text={t(`exception.noneText.${which}`)} />
    );
  return (
    <>
      <ul className="appointments">
        {all.map((exception) => (
          <li key={exception.id}>
            <Row exception={exception} />
          </li>
        ))}
      </ul>
      <MoreButton query={query} />
    </>
  );
}

function Row({ exception }: { exception: Exception }) {
  const t = useT();
  const [ending, setEnding] = useState(false);
  const { person, target, ended } = exception;
  const isOwn = exception.can.includes("give_up");
  const isBlock = exception.kind === "block";
  const end = t(isOwn ? "exception.giveUp" : isBlock ? "exception.unblock" : "exception.revoke");
  return (
    <>
      <span className="exception-head">
        <button type="button" className="link" onClick={() => openPerson(person.id)}>
          {person.display_name}
        </button>
        <span aria-hidden="true">{isBlock ? "⇹" : "→"}</span>
        <button type="button" className="link" onClick={() => openPerson(target.id)}>
          {target.display_name}
        </button>
        <span className="mark" data-kind={exception.kind}>
          {t(`exception.kind.${exception.kind}`)}
        </span>
      </span>
      <small>
        {t("exception.from")} <Day at={new Date(exception.from)} /> {t("exception.through")}{" "}
        <Day at={lastDay(exception.until)} />
      </small>
      <p className="exception-reason">{exception.reason}</p>
      <small>
        {exception.made_by.display_name}, <When at={exception.made_at} />
      </small>
      {ended && (
        <small>
          {t("exception.endedBy", { name: ended.by.display_name })} {ended.reason} · <When at={ended.at} />
        </small>
      )}
      {exception.can.length > 0 && (
        <span className="row-actions">
          <Button onClick={() => setEnding(true)}>{end}</Button>
        </span>
      )}
      {ending && (
        <ActDialog
          title={t(
            isOwn ? "exception.giveUpTitle" : isBlock ? "exception.unblockTitle" : "exception.revokeTitle",
          )}
          confirm={end}
          look="danger"
          invalidates={exceptionsTouched}
          act={(reason) => revokeException(exception.id, reason)}
          onClose={() => setEnding(false)}
        >
          <p>{t("exception.pair", { person: person.display_name, target: target.display_name })}</p>
          <p className="fine">{t("exception.atOnce")}</p>
        </ActDialog>
      )}
    </>
  );
}
