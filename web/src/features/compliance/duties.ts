/** Who is shown the pages of the officers. The server decides who may read them. */
import type { ComplianceTab } from "../../paths";

export const isCompliance = (roles: readonly string[] | undefined): boolean =>
  roles?.includes("compliance") ?? false;

/** The pages that the roles open, in their order. The security office asks nothing about the past: it reviews those who do. */
export function tabsOf(roles: readonly string[] | undefined): ComplianceTab[] {
  if (isCompliance(roles)) return ["access", "tree", "decisions", "cases", "holds", "record"];
  if (roles?.includes("security")) return ["decisions", "cases", "holds", "record"];
  return [];
}
