/** Writing to somebody for the first time: comes when it is opened, as most conversations are there already. */
import { Suspense } from "react";
import { lazyPage } from "../../ui/lazy-page";
import { Waiting } from "../../ui/notice";

const FirstMessagePage = lazyPage(async () => (await import("./first-message-page")).FirstMessagePage);

export function DirectPage({ personId }: { personId: string }) {
  return (
    <Suspense fallback={<Waiting />}>
      <FirstMessagePage personId={personId} />
    </Suspense>
  );
}
