/** While lines are put in front, virtua keeps the distance to the end, so the reader keeps the place. */
import { useLayoutEffect, useRef } from "react";
import type { Row } from "./rows";

export function useShift(rows: readonly Row[]): boolean {
  const firstKey = rows[0]?.key;
  const shown = useRef<string | undefined>(undefined);
  const shift =
    shown.current !== undefined &&
    shown.current !== firstKey &&
    rows.some((row) => row.key === shown.current);
  useLayoutEffect(() => {
    shown.current = firstKey;
  }, [firstKey]);
  return shift;
}
