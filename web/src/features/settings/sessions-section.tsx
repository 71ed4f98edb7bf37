/** Where one is signed in, and the way to end it there. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { FormattedDate } from "react-intl";
import { remove } from "../../api/client";
import { keys } from "../../api/keys";
import { sessionsQuery } from "../../api/queries";
import { signOut } from "../../api/session";
import type { DeviceSession } from "../../api/types";
import { useT } from "../../i18n";
import { useLaterT } from "../../i18n/later";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Failure, Waiting } from "../../ui/notice";

/** "Firefox, Linux" out of what the browser says of itself. */
export function deviceName(userAgent: string | null): string | null {
  if (!userAgent) return null;
  const browser = [
    ["Edg/", "Edge"],
    ["YaBrowser/", "Yandex Browser"],
    ["OPR/", "Opera"],
    ["Firefox/", "Firefox"],
    ["Chrome/", "Chrome"],
    ["Safari/", "Safari"],
  ].find(([sign]) => sign && userAgent.includes(sign))?.[1];
  const system = [
    ["Android", "Android"],
    ["iPhone", "iPhone"],
    ["iPad", "iPad"],
    ["Windows", "Windows"],
    ["Mac OS X", "macOS"],
    ["Linux", "Linux"],
  ].find(([sign]) => sign && userAgent.includes(sign))?.[1];
  const known = [browser, system].filter(Boolean).join(", ");
  return known || userAgent.slice(0, 60);
}

export function SessionsSection() {
  const t = useT();
  const later = useLaterT();
  const client = useQueryClient();
  const sessions = useQuery(sessionsQuery);
  const end = useMutation({
    mutationFn: (session: DeviceSession) => (session.current ? signOut() : remove(`/sessions/${session.id}`)),
    onSettled: () => client.invalidateQueries({ queryKey: keys.sessions }),
  });
  return (
    <section className="sessions">
      <h2>{later("sessions.title")}</h2>
      <p className="fine">{later("sessions.text")}</p>
      {sessions.isPending && <Waiting />}
      {sessions.isError && <Failure error={sessions.error} onRetry={() => void sessions.refetch()} />}
      <ul>
        {sessions.data?.map((session) => (
          <li key={session.id}>
            <Icon name="device" />
            <span className="row-text">
              <span className="row-name">
                {deviceName(session.user_agent) ?? later("sessions.unknown")}
                {session.current && <span className="person-note">{later("sessions.current")}</span>}
              </span>
              <small className="row-detail">
                {session.address} · {later("sessions.used")}{" "}
                <FormattedDate
                  value={session.last_used_at}
                  day="numeric"
                  month="long"
                  hour="2-digit"
                  minute="2-digit"
                />
              </small>
            </span>
            <Button look="danger" onClick={() => end.mutate(session)} disabled={end.isPending}>
              {session.current ? t("me.signOut") : later("sessions.end")}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
