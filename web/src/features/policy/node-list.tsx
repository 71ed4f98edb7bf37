/** The nodes, and what each came to: the same table, or a reason why not. */
import { useT } from "../../i18n";
import { When } from "../directory/when";
import type { PolicyNode } from "./api";

export function NodeList({ nodes }: { nodes: PolicyNode[] }) {
  const t = useT();
  if (nodes.length === 0) return <p className="fine">{t("policy.noNodes")}</p>;
  const tables = new Set(nodes.map((node) => node.table_sha256));
  return (
    <>
      <p>{tables.size === 1 && !tables.has(null) ? t("policy.tablesAlike") : t("policy.tablesNotYet")}</p>
      <ul className="policy-nodes">
        {nodes.map((node) => (
          <li key={node.node_id}>
            <code>{node.node_id.slice(-8)}</code> <span className="fine">{node.program}</span>{" "}
            {node.error ? (
              <span className="form-error">{node.error}</span>
            ) : node.table_sha256 ? (
              <span>
                {t("policy.built")} <code>{node.table_sha256.slice(0, 8)}</code>
              </span>
            ) : (
              <span className="fine">{t("policy.building")}</span>
            )}
            {node.in_force_at && (
              <small>
                {t("policy.inForceSince")} <When at={node.in_force_at} />
              </small>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
