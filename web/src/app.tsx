/** Either the sign-in page or the house, depending on the session. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { getSession, subscribeToSession } from "./api/session";
import { openAttached } from "./features/composer/attached";
import { openDrafts } from "./features/composer/drafts";
import { openOutbox } from "./features/composer/outbox";
import { Shell } from "./features/shell/shell";
import { SignInPage } from "./features/sign-in/sign-in-page";
import { useT } from "./i18n";
import { useRealtime } from "./realtime/use-realtime";
import { Waiting } from "./ui/notice";

export function App() {
  const session = useSyncExternalStore(subscribeToSession, getSession);
  const client = useQueryClient();
  const t = useT();
  const isSignedIn = session.status === "signed_in";
  useEffect(() => {
    // What one person has read must not be there when the next one signs in.
    if (!isSignedIn) client.clear();
  }, [client, isSignedIn]);
  switch (session.status) {
    case "unknown":
      return <Waiting />;
    case "unreachable":
      return (
        <div className="unreachable">
          <Waiting />
          <p role="status">{t("connection.unreachable")}</p>
        </div>
      );
    case "signed_out":
      return <SignInPage reason={session.reason} />;
    case "signed_in":
      return <SignedIn key={session.personId} personId={session.personId} />;
  }
}

function SignedIn({ personId }: { personId: string }) {
  const client = useQueryClient();
  openAttached(personId);
  openDrafts(personId);
  openOutbox(client, personId);
  useRealtime(personId);
  return <Shell />;
}
