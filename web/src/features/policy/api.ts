/** What the pages about the policy read and do. */
import { queryOptions } from "@tanstack/react-query";
import { get, post } from "../../api/client";
import type { Given, Schemas } from "../../api/types";

export type PolicyState = Given<Schemas["PolicyAnswer"]>;
export type Version = Given<Schemas["PolicyVersion"]>;
export type VersionCard = Given<Schemas["VersionAnswer"]>;
export type Activation = Given<Schemas["PolicyActivation"]>;
export type PolicyNode = Given<Schemas["PolicyNode"]>;
export type Rule = Omit<Given<Schemas["PolicyRule"]>, "when"> & { when: Record<string, string[]> };
export type Wall = Given<Schemas["WallBody"]>;
export type Changes = Given<Schemas["ChangesAnswer"]>;
export type Difference = Given<Schemas["PolicyDifference"]>;
export type Matrix = Omit<Given<Schemas["MatrixAnswer"]>, "given"> & { given: Record<string, string> };
export type Key = Given<Schemas["SigningKey"]>;
export type Phase = Version["phase"];

export const policyKey = ["policy"] as const;

/** A hidden page asks nothing: the cache does not refetch in the background. */
const LIVE = { refetchInterval: 4_000, refetchIntervalInBackground: false } as const;

export const stateQuery = queryOptions({
  queryKey: [...policyKey, "state"],
  queryFn: () => get<PolicyState>("/policy"),
  ...LIVE,
});

export const versionsQuery = queryOptions({
  queryKey: [...policyKey, "versions"],
  queryFn: async () => (await get<{ versions: Version[] }>("/policy/versions")).versions,
  ...LIVE,
});

export const versionQuery = (number: number) =>
  queryOptions({
    queryKey: [...policyKey, "version", number],
    queryFn: () => get<Omit<VersionCard, "rules"> & { rules: Rule[] }>(`/policy/versions/${number}`),
    ...LIVE,
  });

/** Two versions never change, and neither does what is between them. */
export const changesQuery = (number: number) =>
  queryOptions({
    queryKey: [...policyKey, "changes", number],
    queryFn: () => get<Changes>(`/policy/versions/${number}/changes`),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const matrixQuery = (number: number, given: string) =>
  queryOptions({
    queryKey: [...policyKey, "matrix", number, given],
    queryFn: () => get<Matrix>(`/policy/versions/${number}/matrix`, { given }),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const differencesQuery = (number: number) =>
  queryOptions({
    queryKey: [...policyKey, "differences", number],
    queryFn: async () =>
      (await get<{ differences: Difference[] }>(`/policy/versions/${number}/differences`)).differences,
    ...LIVE,
  });

export const keysQuery = queryOptions({
  queryKey: [...policyKey, "keys"],
  queryFn: async () => (await get<{ keys: Key[] }>("/policy/keys")).keys,
  ...LIVE,
});

export interface NewVersion {
  base: number;
  note: string;
  rules: Rule[];
  walls: Wall[];
  accept_cases: { file: string; line: number }[];
}

export const writeVersion = (body: NewVersion) => post<VersionCard>("/policy/versions", body);

export const sign = (number: number, keyId: string, signature: string) =>
  post<void>(`/policy/versions/${number}/signatures`, { key_id: keyId, signature });

export const activate = (
  number: number,
  body: { mode: "shadow" | "active"; agency_id?: string; reason: string },
) => post<{ on_every_node: boolean }>(`/policy/versions/${number}/activate`, body);

export const withdraw = (number: number, reason: string) =>
  post<void>(`/policy/versions/${number}/withdraw`, { reason });

export const endActivation = (id: string, reason: string) =>
  post<void>(`/policy/activations/${id}/end`, { reason });

export const rollBack = (reason: string) => post<{ number: number }>("/policy/rollback", { reason });

export const weigh = (number: number, from: number | null, people: string[] | null) =>
  post<{ consequences: unknown }>(`/policy/versions/${number}/whatif`, {
    ...(from === null ? {} : { from }),
    ...(people ? { person_ids: people } : {}),
  });

export const enrol = async (name: string, publicKey: string) =>
  (await post<{ key: Key }>("/policy/keys", { name, public_key: publicKey })).key;

export const settleKey = (id: string, act: "confirm" | "revoke") =>
  post<void>(`/policy/keys/${id}/${act}`, {});
