/** Writing to somebody for the first time: looks like a conversation, which the first message brings into being. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { post } from "../../api/client";
import { asApiError } from "../../api/errors";
import { keys } from "../../api/keys";
import { conversationsQuery, meQuery, personQuery } from "../../api/queries";
import type { Conversation, Hat } from "../../api/types";
import { useT } from "../../i18n";
import { navigate } from "../../navigation";
import { paths } from "../../paths";
import { Empty, Failure, Waiting } from "../../ui/notice";
import { Composer, type Written } from "../composer/composer";
import { setDenial } from "../composer/denials";
import { draftOf, personScope, restoreDraft, setDraft } from "../composer/drafts";
import { chooseHat } from "../composer/hats";
import { enqueue } from "../composer/outbox";
import { useAttaching } from "../composer/use-attaching";
import { DropZone } from "../files/drop-zone";
import { GonePage, PersonHead } from "./conversation-head";

export function FirstMessagePage({ personId }: { personId: string }) {
  const t = useT();
  const scope = personScope(personId);
  const me = useQuery(meQuery).data;
  const asked = useQuery(personQuery(personId));
  const inList = useQuery(conversationsQuery).data?.find((one) => one.partner?.id === personId);
  const existing = inList?.id ?? asked.data?.conversation_id ?? null;
  const start = useStart(personId, scope);
  const attaching = useAttaching({
    scope,
    hats: me?.hats ?? NO_HATS,
    isAllowed: asked.data?.can.includes("dm.start") ?? false,
    open: start.begin,
  });

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
      <DropZone attaching={attaching}>
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
          attaching={attaching}
          isBusy={start.isBusy}
          failure={start.failure}
          onSend={(message) => void start.send(message)}
        />
      </DropZone>
    </div>
  );
}

const NO_HATS: Hat[] = [];

function useStart(personId: string, scope: string) {
  const t = useT();
  const client = useQueryClient();
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  /** The conversation, brought into being; none where it could not be. */
  const begin = async (hat: string): Promise<string | null> => {
    setBusy(true);
    setFailure(null);
    try {
      const { conversation } = await post<{ conversation: Conversation }>("/conversations", {
        kind: "direct",
        person_ids: [personId],
        ...(hat === "own" ? {} : { hat }),
      });
      client.setQueryData(keys.conversation(conversation.id), conversation);
      client.setQueryData<Conversation[]>(keys.conversations, (list) =>
        list?.some((one) => one.id === conversation.id) ? list : [conversation, ...(list ?? [])],
      );
      chooseHat(conversation.id, hat);
      return conversation.id;
    } catch (caught) {
      const error = asApiError(caught);
      if (error.decision) {
        setDenial(scope, error.decision);
        void client.invalidateQueries({ queryKey: keys.person(personId) });
      } else {
        setFailure(error.detail.message ?? t("error.network"));
      }
      return null;
    } finally {
      setBusy(false);
    }
  };
  const send = async (message: Written) => {
    const conversationId = await begin(message.hat);
    if (conversationId === null) {
      restoreDraft(scope, message.body);
      return;
    }
    enqueue({ ...message, conversationId });
    navigate(paths.conversation(conversationId), { replace: true });
  };
  return { begin, send, isBusy, failure };
}
