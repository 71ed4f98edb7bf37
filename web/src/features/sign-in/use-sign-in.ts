/** Signing in, and what to say when it does not work. */
import { useEffect, useState } from "react";
import { asApiError } from "../../api/errors";
import { signIn } from "../../api/session";
import { useT } from "../../i18n";

type Refusal = { kind: "credentials" | "directory" | "network" } | { kind: "other"; message: string };

function refusalOf(error: unknown): Refusal {
  const failure = asApiError(error);
  switch (failure.code) {
    case "invalid_credentials":
      return { kind: "credentials" };
    case "directory_unavailable":
      return { kind: "directory" };
    case "network":
      return { kind: "network" };
    default:
      return { kind: "other", message: failure.message };
  }
}

export function useSignIn() {
  const t = useT();
  const [isBusy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [waitUntil, setWaitUntil] = useState(0);
  const seconds = useCountdown(waitUntil);

  const submit = async (login: string, password: string): Promise<boolean> => {
    setBusy(true);
    setRefusal(null);
    try {
      await signIn(login, password);
      return true;
    } catch (error) {
      const wait = asApiError(error).detail.retry_after_seconds;
      if (wait) setWaitUntil(Date.now() + wait * 1000);
      else setRefusal(refusalOf(error));
      return false;
    } finally {
      setBusy(false);
    }
  };

  const message = (): string | null => {
    if (seconds > 0) return t("signIn.tooMany", { seconds });
    if (!refusal) return null;
    return refusal.kind === "other" ? refusal.message : t(`signIn.${refusal.kind}`);
  };

  return { submit, isBusy, isHeld: seconds > 0, message: message() };
}

/** Whole seconds until `until`, ticking. */
function useCountdown(until: number): number {
  const [now, setNow] = useState(Date.now);
  const seconds = Math.max(0, Math.ceil((until - now) / 1000));
  useEffect(() => {
    setNow(Date.now());
    if (until <= Date.now()) return;
    const timer = setInterval(() => {
      setNow(Date.now());
      if (Date.now() >= until) clearInterval(timer);
    }, 1000);
    return () => clearInterval(timer);
  }, [until]);
  return seconds;
}
