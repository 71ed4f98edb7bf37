/** Where the focus goes when another page comes: into it, if what had it is gone or one went back. */
import { useEffect } from "react";

/** The page's own field, if it has one, takes the focus later. */
const toPage = () => document.getElementById("main")?.focus({ preventScroll: true });

export function useFocusAfterMove(path: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: every path is another page.
  useEffect(() => {
    const frame = requestAnimationFrame(() => {
      if (document.activeElement === document.body) toPage();
    });
    return () => cancelAnimationFrame(frame);
  }, [path]);
  useEffect(() => {
    const onBack = () =>
      requestAnimationFrame(() => {
        if (!document.activeElement?.closest("#main, .overlay")) toPage();
      });
    window.addEventListener("popstate", onBack);
    return () => window.removeEventListener("popstate", onBack);
  }, []);
}
