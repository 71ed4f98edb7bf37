/** All versions, newest first. */
import { useQuery } from "@tanstack/react-query";
import { useT } from "../../i18n";
import { Link } from "../../navigation";
import { paths } from "../../paths";
import { Failure, Waiting } from "../../ui/notice";
import { When } from "../directory/when";
import { versionsQuery } from "./api";
import { toneOf } from "./words";

export function VersionsTab() {
  const t = useT();
  const query = useQuery(versionsQuery);
  if (query.isPending) return <Waiting />;
  if (query.isError) return <Failure error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <ul className="policy-versions">
      {query.data.map((version) => (
        <li key={version.number}>
          <Link to={paths.policyVersion(version.number)} className="policy-version">
            <span className="policy-number">{version.number}</span>
            <span className="policy-note">
              {version.note || t("policy.ofProgram")}
              <small>
                {version.author?.display_name ?? t("policy.program")} · <When at={version.created_at} />
              </small>
            </span>
            <span className="status" data-tone={toneOf[version.phase]}>
              {t(`policy.phase.${version.phase}`)}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
