/** What is wrong and what to do, one sentence each. */
import { useLanguage, useT } from "../../i18n";
import { type FindingText, sentence } from "./documents";

export function FindingList({ findings }: { findings: FindingText[] }) {
  const t = useT();
  const language = useLanguage();
  return (
    <ul className="findings">
      {findings.map((finding, at) => (
        <li key={`${finding.code}${finding.dn}${at}`}>
          <span>{sentence(finding, language)}</span>
          {finding.field && (
            <small>
              {t("directory.field")}: {finding.field}
              {finding.value && ` = «${finding.value}»`}
            </small>
          )}
          {finding.dn && <small className="dn">{finding.dn}</small>}
        </li>
      ))}
    </ul>
  );
}
