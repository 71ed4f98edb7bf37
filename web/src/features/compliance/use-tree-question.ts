/** Which part of the tree is looked at, and when, kept in the address like every question about the past. */
import { useMemo } from "react";
import { navigate, useSearch } from "../../navigation";
import { paths, type TreeQuestion } from "../../paths";
import { idIn, momentIn } from "./use-question";

export interface TreeWanted {
  /** None: the agencies. */
  unit: string | null;
  at: string | null;
  /** Whether what is different today is shown beside it. */
  isCompared: boolean;
}

export function readTreeQuestion(search: string): TreeWanted {
  const asked = new URLSearchParams(search);
  return {
    unit: idIn(asked.get("unit")),
    at: momentIn(asked.get("at")),
    isCompared: asked.get("compare") === "today",
  };
}

export const treeAddressOf = ({ unit, at, isCompared }: TreeWanted): TreeQuestion => ({
  ...(unit ? { unit } : {}),
  ...(at ? { at } : {}),
  ...(isCompared ? { compare: "today" } : {}),
});

export function useTreeQuestion() {
  const search = useSearch();
  const wanted = useMemo(() => readTreeQuestion(search), [search]);
  const ask = (change: Partial<TreeWanted>) => {
    // Another unit is another page to go back from; moving in time is not.
    const replace = !("unit" in change);
    navigate(paths.complianceTree(treeAddressOf({ ...wanted, ...change })), { replace });
  };
  return { wanted, ask };
}
