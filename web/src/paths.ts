/** An address with a question, where one is asked. */
function asking(path: string, question: Record<string, string>): string {
  const asked = new URLSearchParams(question).toString();
  return asked ? `${path}?${asked}` : path;
}

/** Typed addresses of the client's own pages. */
export const paths = {
  home: () => "/",
  conversation: (id: string) => `/conversations/${id}`,
  /** Writing to somebody with whom there is no conversation yet. */
  direct: (personId: string) => `/people/${personId}/write`,
  people: () => "/people",
  units: () => "/units",
  unit: (id: string) => `/units/${id}`,
  settings: () => "/settings",
  search: (question: Record<string, string> = {}) => asking("/search", question),
  exceptions: (tab?: ExceptionsTab) => (tab ? `/exceptions/${tab}` : "/exceptions"),
  labelRequests: () => "/label-requests",
  directory: (tab: DirectoryTab = "state") => (tab === "state" ? "/directory" : `/directory/${tab}`),
  directoryRun: (id: string) => `/directory/runs/${id}`,
  directoryPlan: (id: string) => `/directory/plans/${id}`,
  policy: (tab: PolicyTab = "state") => (tab === "state" ? "/policy" : `/policy/${tab}`),
  policyVersion: (number: number) => `/policy/versions/${number}`,
  compliance: (tab: ComplianceTab) => (tab === "access" ? "/compliance" : `/compliance/${tab}`),
  complianceAccess: (question: AccessQuestion) => asking("/compliance", { ...question }),
  complianceTree: (question: TreeQuestion) => asking("/compliance/tree", { ...question }),
  complianceCase: (id: string) => `/compliance/cases/${id}`,
  complianceReading: (id: string, conversation: string) =>
    `/compliance/cases/${id}/conversations/${conversation}`,
};

export type DirectoryTab = "state" | "appointments" | "preview" | "runs" | "quarantine";

/** To decide, one's own, what one's office granted, all of them. */
export type ExceptionsTab = "decide" | "mine" | "office" | "all";

export type ComplianceTab = "access" | "tree" | "decisions" | "cases" | "holds" | "record";

/** Who could read: what it is about, when, and by what was known when. */
export interface AccessQuestion {
  conversation?: string;
  who?: string;
  at?: string;
  known?: string;
}

/** A part of the tree, when, and whether it is compared with today. */
export interface TreeQuestion {
  unit?: string;
  at?: string;
  compare?: string;
}

export type PolicyTab = "state" | "versions" | "draft" | "keys";

export type Route =
  | { page: "home" }
  | { page: "conversation"; id: string }
  | { page: "direct"; personId: string }
  | { page: "people" }
  | { page: "units"; id: string | null }
  | { page: "settings" }
  | { page: "search" }
  | { page: "exceptions"; tab: ExceptionsTab | null }
  | { page: "label-requests" }
  | { page: "directory"; tab: DirectoryTab; planId?: string; runId?: string }
  | { page: "policy"; tab: PolicyTab; number?: number }
  | { page: "compliance"; tab: ComplianceTab; caseId?: string; conversationId?: string }
  | { page: "unknown" };

const ID = "([0-9a-fA-F-]{36})";
const PATTERNS: [RegExp, (id: string, second: string) => Route][] = [
  [/^\/$/, () => ({ page: "home" })],
  [new RegExp(`^/conversations/${ID}$`), (id) => ({ page: "conversation", id })],
  [new RegExp(`^/people/${ID}/write$`), (personId) => ({ page: "direct", personId })],
  [/^\/people$/, () => ({ page: "people" })],
  [/^\/units$/, () => ({ page: "units", id: null })],
  [new RegExp(`^/units/${ID}$`), (id) => ({ page: "units", id })],
  [/^\/settings$/, () => ({ page: "settings" })],
  [/^\/search$/, () => ({ page: "search" })],
  [/^\/exceptions$/, () => ({ page: "exceptions", tab: null })],
  [/^\/exceptions\/(decide|mine|office|all)$/, (tab) => ({ page: "exceptions", tab: tab as ExceptionsTab })],
  [/^\/label-requests$/, () => ({ page: "label-requests" })],
  [/^\/directory$/, () => ({ page: "directory", tab: "state" })],
  [
    /^\/directory\/(appointments|preview|runs|quarantine)$/,
    (tab) => ({ page: "directory", tab: tab as DirectoryTab }),
  ],
  [/^\/policy$/, () => ({ page: "policy", tab: "state" })],
  [/^\/policy\/(versions|draft|keys)$/, (tab) => ({ page: "policy", tab: tab as PolicyTab })],
  [
    /^\/policy\/versions\/(\d{1,9})$/,
    (number) => ({ page: "policy", tab: "versions", number: Number(number) }),
  ],
  [/^\/compliance$/, () => ({ page: "compliance", tab: "access" })],
  [
    /^\/compliance\/(tree|decisions|cases|holds|record)$/,
    (tab) => ({ page: "compliance", tab: tab as ComplianceTab }),
  ],
  [new RegExp(`^/compliance/cases/${ID}$`), (caseId) => ({ page: "compliance", tab: "cases", caseId })],
  [
    new RegExp(`^/compliance/cases/${ID}/conversations/${ID}$`),
    (caseId, conversationId) => ({ page: "compliance", tab: "cases", caseId, conversationId }),
  ],
  [new RegExp(`^/directory/plans/${ID}$`), (planId) => ({ page: "directory", tab: "state", planId })],
  [new RegExp(`^/directory/runs/${ID}$`), (runId) => ({ page: "directory", tab: "runs", runId })],
];

export function parsePath(path: string): Route {
  for (const [pattern, route] of PATTERNS) {
    const match = pattern.exec(path);
    if (match) return route(match[1] ?? "", match[2] ?? "");
  }
  return { page: "unknown" };
}
