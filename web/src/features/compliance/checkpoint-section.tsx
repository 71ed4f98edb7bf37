/** What was signed last, by which key, and who outside has taken it: what an auditor notes down to compare with later. */
import { useQuery } from "@tanstack/react-query";
import { useIntl } from "react-intl";
import { useT } from "../../i18n";
import { Failure } from "../../ui/notice";
import { type Receiver, type Standing, standingQuery } from "./api";
import { CopyButton } from "./copy-button";
import { Skeleton } from "./skeleton";
import { WhenExactly } from "./when-exactly";

export function CheckpointSection() {
  const t = useT();
  const query = useQuery(standingQuery);
  return (
    <section className="panel" aria-label={t("compliance.checkpoint")}>
      <h2>{t("compliance.checkpoint")}</h2>
      {query.isPending && <Skeleton lines={4} />}
      {query.isError && <Failure error={query.error} onRetry={() => void query.refetch()} />}
      {query.data && <Signed standing={query.data} />}
    </section>
  );
}

function Signed({ standing }: { standing: Standing }) {
  const t = useT();
  const intl = useIntl();
  const { checkpoint, verifier, receivers, leaves } = standing;
  return (
    <>
      <p>{t("compliance.checkpointText")}</p>
      {checkpoint ? (
        <div className="signed">
          <p>
            {t("compliance.signedOf", { size: intl.formatNumber(checkpoint.size) })}{" "}
            <WhenExactly at={checkpoint.signed_at} withSeconds />
            {leaves > checkpoint.size && ` · ${t("compliance.since", { count: leaves - checkpoint.size })}`}
          </p>
          <pre className="mono">{checkpoint.note}</pre>
          <CopyButton text={checkpoint.note} label={t("compliance.copyNote")} />
        </div>
      ) : (
        <p className="policy-hard">{t("compliance.nothingSigned")}</p>
      )}
      <h3>{t("compliance.verifier")}</h3>
      {verifier ? (
        <div className="signed">
          <code className="mono">{verifier}</code>
          <CopyButton text={verifier} label={t("compliance.copyKey")} />
        </div>
      ) : (
        <p>{t("compliance.noVerifier")}</p>
      )}
      <h3>{t("compliance.receivers")}</h3>
      {receivers.length === 0 ? (
        <p>{t("compliance.noReceivers")}</p>
      ) : (
        <ul className="receivers">
          {receivers.map((receiver) => (
            <ReceiverRow key={receiver.name} receiver={receiver} size={checkpoint?.size ?? leaves} />
          ))}
        </ul>
      )}
    </>
  );
}

function ReceiverRow({ receiver, size }: { receiver: Receiver; size: number }) {
  const t = useT();
  const behind = Math.max(0, size - receiver.has_until);
  const tone = receiver.failing_since ? "bad" : behind > 0 ? "warn" : "good";
  return (
    <li>
      <span className="status" data-tone={tone}>
        {t(
          receiver.failing_since
            ? "compliance.receiverFails"
            : behind > 0
              ? "compliance.receiverBehind"
              : "compliance.receiverHas",
          { count: behind },
        )}
      </span>
      <strong>{receiver.name}</strong>
      <small>
        {receiver.taken_at && (
          <>
            {t("compliance.takenAt")} <WhenExactly at={receiver.taken_at} />
          </>
        )}
        {receiver.failing_since && (
          <>
            {" "}
            · {t("compliance.failingSince")} <WhenExactly at={receiver.failing_since} />
            {receiver.error && `: ${receiver.error}`}
          </>
        )}
      </small>
    </li>
  );
}
