/** Writing to somebody for the first time: looks like a conversation, which the first message brings into being. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { post } from "../../api/client";
import { asApiError } from "../../api/errors";
import { keys } from "../../api/keys";
import { conversationsQuery, meQuery, personQuery } from "../../api/queries";
import type { Conversation } from "../../api/types";
import { useT } from "../../i18n";
import { navigate } from "../../navigation";
import { paths } from "../../paths";
import { Empty, Failure, Waiting } from "../../ui/notice";
import { Composer, type Written } from "../composer/composer";
import { setDenial } from "../composer/denials";
import { draftOf, personScope, restoreDraft, setDraft } from "../composer/drafts";
import { chooseHat } from "../composer/hats";
import { enqueue } from "../composer/outbox";
import { GonePage, PersonHead } from "./conversation-head";

export function DirectPage({ personId }: { personId: string }) {
  const t = useT();
  const scope = personScope(personId);
  const me = useQuery(meQuery).data;
  const asked = useQuery(personQuery(personId));
  const inList = useQuery(conversationsQuery).data?.find((one) => one.partner?.id === personId);
  const existing = inList?.id ?? asked.data?.conversation_id ?? null;
  const start = useStart(personId, scope);

  useEffect(() => {
    if (!existing) return;
    const draft = draftOf(scope);
    if (draft) {
      restoreDraft(existing, draft);
      setDraft(scope, "");
    }
    navigate(paths.conversation(existing), { replace: true });
  }, [existing, scope]);

  if (asked.isError) {
    if (asApiError(asked.error).status === 404) {
      return <GonePage icon="info" title={t("person.goneTitle")} text={t("person.goneText")} />;
    }
    return <Failure error={asked.error} onRetry={() => void asked.refetch()} />;
  }
  if (!asked.data || !me || existing) return <Waiting />;
  const person = asked.data;
  return (
    <div className="conversation-frame">
      <div className="conversation">
        <PersonHead person={person} />
        <div className="timeline-frame">
          <Empty
            icon="write"
            title={t("timeline.emptyDirect", { name: person.display_name })}
            text={person.can.includes("dm.start") ? t("timeline.emptyText") : undefined}
          />
        </div>
        <p className="typing-line" />
        <Composer
          scope={scope}
          conversationId={null}
          personId={personId}
          isAllowed={person.can.includes("dm.start")}
          denial={person.decision}
          place={`/people/${personId}`}
          hats={me.hats}
          ask={{ action: "dm.start", person_id: personId }}
          isBusy={start.isBusy}
          failure={start.failure}
          onSend={(message) => void start.send(message)}
        />
      </div>
    </div>
  );
}

function useStart(personId: string, scope: string) {
  const t = useT();
  const client = useQueryClient();
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const send = async (message: Written) => {
    setBusy(true);
    setFailure(null);
    try {
      const { conversation } = await post<{ conversation: Conversation }>("/conversations", {
        kind: "direct",
        person_ids: [personId],
        ...(message.hat === "own" ? {} : { hat: message.hat }),
      });
      client.setQueryData(keys.conversation(conversation.id), conversation);
      client.setQueryData<Conversation[]>(keys.conversations, (list) =>
        list?.some((one) => one.id === conversation.id) ? list : [conversation, ...(list ?? [])],
      );
      chooseHat(conversation.id, message.hat);
      enqueue({ ...message, conversationId: conversation.id });
      navigate(paths.conversation(conversation.id), { replace: true });
    } catch (caught) {
      const error = asApiError(caught);
      restoreDraft(scope, message.body);
      if (error.decision) {
        setDenial(scope, error.decision);
        void client.invalidateQueries({ queryKey: keys.person(personId) });
      } else {
        setFailure(error.detail.message ?? t("error.network"));
      }
    } finally {
      setBusy(false);
    }
  };
  return { send, isBusy, failure };
}
