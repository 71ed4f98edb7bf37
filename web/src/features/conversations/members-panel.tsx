/** Who is in a conversation. Members of a unit channel are kept by the directory. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { post, remove } from "../../api/client";
import { asApiError } from "../../api/errors";
import { keys } from "../../api/keys";
import { membersQuery, meQuery } from "../../api/queries";
import type { Conversation, Person } from "../../api/types";
import { useT } from "../../i18n";
import { navigate } from "../../navigation";
import { paths } from "../../paths";
import { Button, IconButton } from "../../ui/button";
import { Failure, Waiting } from "../../ui/notice";
import { DenialNotice } from "../composer/denial-notice";
import { PeoplePicker } from "../people/people-picker";
import { PersonRow } from "../people/person-row";

export function MembersPanel({ conversation, onClose }: { conversation: Conversation; onClose: () => void }) {
  const t = useT();
  const members = useQuery(membersQuery(conversation.id));
  const roleOf = (role: string) =>
    role === "member" ? undefined : t(role === "owner" ? "members.owner" : "members.moderator");
  return (
    <aside className="side-panel" aria-label={t("members.title")}>
      <header className="side-panel-head">
        <h2>
          {t("members.title")}{" "}
          <span className="count">{members.data?.length ?? conversation.members_count}</span>
        </h2>
        <IconButton icon="close" label={t("common.close")} onClick={onClose} />
      </header>
      {conversation.channel_kind === "unit" && <p className="side-panel-note">{t("members.byTree")}</p>}
      {conversation.can.includes("add_members") && <AddMembers conversation={conversation} />}
      {members.isPending && <Waiting />}
      {members.isError && <Failure error={members.error} onRetry={() => void members.refetch()} />}
      <ul className="person-list">
        {members.data?.map((member) => (
          <li key={member.person.id}>
            <PersonRow person={member.person} note={roleOf(member.role)} />
          </li>
        ))}
      </ul>
      {conversation.can.includes("leave") && <Leave conversation={conversation} />}
    </aside>
  );
}

function Leave({ conversation }: { conversation: Conversation }) {
  const t = useT();
  const client = useQueryClient();
  const me = useQuery(meQuery).data;
  const leave = useMutation({
    mutationFn: (myId: string) => remove(`/conversations/${conversation.id}/members/${myId}`),
    onSuccess: () => {
      navigate(paths.home());
      void client.invalidateQueries({ queryKey: keys.conversations });
    },
  });
  if (!me) return null;
  return (
    <Button
      look="danger"
      icon="out"
      className="side-panel-leave"
      disabled={leave.isPending}
      onClick={() => leave.mutate(me.id)}
    >
      {t("members.leave")}
    </Button>
  );
}

function AddMembers({ conversation }: { conversation: Conversation }) {
  const t = useT();
  const client = useQueryClient();
  const [people, setPeople] = useState<Person[] | null>(null);
  const add = useMutation({
    mutationFn: (person_ids: string[]) => post(`/conversations/${conversation.id}/members`, { person_ids }),
    onSuccess: () => {
      setPeople(null);
      void client.invalidateQueries({ queryKey: keys.members(conversation.id) });
      void client.invalidateQueries({ queryKey: keys.conversation(conversation.id) });
    },
  });
  const decision = add.error ? asApiError(add.error).decision : null;
  if (people === null) {
    return (
      <Button icon="plus" className="side-panel-add" onClick={() => setPeople([])}>
        {t("members.add")}
      </Button>
    );
  }
  return (
    <div className="side-panel-form">
      <PeoplePicker chosen={people} onChange={setPeople} label={t("members.add")} />
      {decision && <DenialNotice decision={decision} onDismiss={add.reset} />}
      {add.error && !decision && (
        <p className="form-error">{asApiError(add.error).detail.message ?? t("error.network")}</p>
      )}
      <div className="form-actions">
        <Button look="quiet" onClick={() => setPeople(null)}>
          {t("common.cancel")}
        </Button>
        <Button
          look="primary"
          disabled={people.length === 0 || add.isPending}
          onClick={() => add.mutate(people.map((person) => person.id))}
        >
          {t("members.addChosen")}
        </Button>
      </div>
    </div>
  );
}
