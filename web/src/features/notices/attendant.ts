/** Whoever watches what arrives: comes when the first page stands, as nothing on it waits for notices. */
import { type ComponentType, lazy } from "react";

const FIRST_AFTER_MS = 500;
const AGAIN_AFTER_MS = 30_000;

/** Nobody would notice that it is missing: it is asked for until it comes. */
const load = (after: number): Promise<{ default: ComponentType }> =>
  new Promise((resolve) => setTimeout(resolve, after))
    .then(() => import("./watching"))
    .then(
      ({ Watching }) => ({ default: Watching }),
      () => load(AGAIN_AFTER_MS),
    );

export const Attendant = lazy(() => load(FIRST_AFTER_MS));
