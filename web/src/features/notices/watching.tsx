/** Watches what arrives for as long as somebody is signed in; and asks, once there was something, whether to tell of it. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { getSession } from "../../api/session";
import { useLaterT } from "../../i18n/later";
import { Button } from "../../ui/button";
import "../../styles/notices.css";
import { Bell } from "./bell";
import { askPermission, usePermission } from "./permission";
import { setNotices, useNoticeSettings } from "./settings";
import { watch } from "./watch";

/** What people open next is there by then, also when the network is not. */
function fetchAhead(): void {
  const coming = [
    import("../people/person-card"),
    import("../shortcuts/sheet"),
    import("../conversations/new-conversation-dialog"),
  ];
  Promise.all(coming).catch((error) => console.warn("cannot fetch ahead", error));
}

export function Watching() {
  const client = useQueryClient();
  useEffect(fetchAhead, []);
  useEffect(() => {
    const session = getSession();
    return session.status === "signed_in" ? watch(client, session.personId) : undefined;
  }, [client]);
  const { offer } = useNoticeSettings();
  const isOffered = usePermission() === "default" && offer === "due";
  return isOffered ? <Offer /> : null;
}

function Offer() {
  const later = useLaterT();
  const answer = () => setNotices({ offer: "answered" });
  return (
    <section className="notice-offer" aria-label={later("notices.title")}>
      <Bell />
      <p>{later("notices.offer")}</p>
      <div>
        <Button look="quiet" onClick={answer}>
          {later("notices.offerLater")}
        </Button>
        <Button onClick={() => void askPermission().then(answer)}>{later("notices.offerYes")}</Button>
      </div>
    </section>
  );
}
