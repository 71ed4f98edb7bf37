/** Why a version was not kept: everything that is wrong in it. Golden cases may be told to expect what is decided now. */
import { useEffect, useRef } from "react";
import type { Schemas } from "../../api/types";
import { useT } from "../../i18n";
import { Button } from "../../ui/button";

/** The server leaves out what a finding has not. */
export type Finding = Schemas["PolicyFinding"];

interface FindingsViewProps {
  message: string;
  findings: Finding[];
  onAccept: (cases: Finding[]) => void;
}

export function FindingsView({ message, findings, onAccept }: FindingsViewProps) {
  const t = useT();
  const place = useRef<HTMLDivElement>(null);
  // It stands below a long list.
  useEffect(() => {
    place.current?.scrollIntoView({ block: "nearest" });
  }, []);
  const cases = findings.filter((finding) => finding.file.startsWith("tests/"));
  const onlyCases = cases.length === findings.length && cases.length > 0;
  return (
    <div className="policy-findings" role="alert" ref={place}>
      <p className="form-error">{message}</p>
      <ul>
        {findings.map((finding) => (
          <li key={`${finding.file}${finding.line}${finding.key}${finding.message}`}>
            <code>
              {finding.file}
              {finding.line != null && `:${finding.line}`}
            </code>{" "}
            {finding.key && <strong>{finding.key}</strong>} <span lang="en">{finding.message}</span>
          </li>
        ))}
      </ul>
      {onlyCases && (
        <>
          <p>{t("policy.onlyCases", { count: cases.length })}</p>
          <Button onClick={() => onAccept(cases)}>{t("policy.acceptCases")}</Button>
        </>
      )}
    </div>
  );
}
