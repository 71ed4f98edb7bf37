/** A hold: whether it holds, what it is on, and how far its release is. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { asApiError } from "../../api/errors";
import { useT } from "../../i18n";
import { Link } from "../../navigation";
import { paths } from "../../paths";
import { Button } from "../../ui/button";
import { ActDialog } from "../directory/act-dialog";
import { askRelease, type Hold, holdsKey, settleRelease } from "./case-api";
import { ScopeView } from "./scope-view";
import { WhenExactly } from "./when-exactly";

export function HoldRow({ hold }: { hold: Hold }) {
  const t = useT();
  const tone = !hold.holds ? "plain" : hold.release ? "warn" : "good";
  const word = !hold.holds ? "released" : hold.release ? "releasing" : "holds";
  return (
    <article className="source">
      <header className="source-head">
        <div>
          <h3 className="hold-number">{hold.number ?? t("compliance.hold")}</h3>
          <p>{hold.reason}</p>
          <p className="fine">
            {hold.placed_by.display_name} · <WhenExactly at={hold.placed_at} />
            {hold.case_id && (
              <>
                {" · "}
                <Link to={paths.complianceCase(hold.case_id)}>{t("compliance.itsCase")}</Link>
              </>
            )}
          </p>
        </div>
        <span className="status" data-tone={tone}>
          {t(`compliance.holdState.${word}`)}
        </span>
      </header>
      {hold.scope && <ScopeView scope={hold.scope} />}
      {hold.release && <Release release={hold.release} />}
      {hold.can.length > 0 && <HoldActs hold={hold} />}
    </article>
  );
}

function HoldActs({ hold }: { hold: Hold }) {
  const t = useT();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const settling = useMutation({
    mutationFn: (act: "release-approve" | "release-cancel") => settleRelease(hold.id, act),
    onSettled: () => client.invalidateQueries({ queryKey: holdsKey }),
  });
  return (
    <footer className="source-acts">
      {hold.can.includes("approve_release") && (
        <Button
          look="primary"
          disabled={settling.isPending}
          onClick={() => settling.mutate("release-approve")}
        >
          {t("compliance.approveRelease")}
        </Button>
      )}
      {hold.can.includes("ask_release") && (
        <Button onClick={() => setAsking(true)}>{t("compliance.askRelease")}</Button>
      )}
      {hold.can.includes("cancel_release") && (
        <Button look="danger" disabled={settling.isPending} onClick={() => settling.mutate("release-cancel")}>
          {t("compliance.cancelRelease")}
        </Button>
      )}
      {settling.error && (
        <p className="form-error" role="alert">
          {asApiError(settling.error).detail.message ?? t("error.network")}
        </p>
      )}
      {asking && (
        <ActDialog
          title={t("compliance.askReleaseTitle")}
          confirm={t("compliance.askRelease")}
          act={(reason) => askRelease(hold.id, reason)}
          invalidates={holdsKey}
          onClose={() => setAsking(false)}
        >
          <p>{t("compliance.askReleaseText")}</p>
        </ActDialog>
      )}
    </footer>
  );
}

function Release({ release }: { release: NonNullable<Hold["release"]> }) {
  const t = useT();
  return (
    <ul className="plain-list release">
      <li>
        {t("compliance.releaseAsked", { name: release.asked_by.display_name })}{" "}
        <WhenExactly at={release.asked_at} /> <q>{release.reason}</q>
      </li>
      <li>
        {release.approved_by && release.approved_at ? (
          <>
            {t("compliance.releaseApproved", { name: release.approved_by.display_name })}{" "}
            <WhenExactly at={release.approved_at} />
          </>
        ) : (
          t("compliance.releaseWaits")
        )}
      </li>
      <li>
        {release.released_at ? (
          <>
            {t("compliance.holdsUntil")} <WhenExactly at={release.released_at} />
          </>
        ) : (
          <>
            {t("compliance.notBefore")} <WhenExactly at={release.not_before} />
          </>
        )}
      </li>
    </ul>
  );
}
