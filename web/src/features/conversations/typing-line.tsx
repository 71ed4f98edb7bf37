/** "Anna is typing…", in a line that is always there so that nothing jumps. */
import { useQuery } from "@tanstack/react-query";
import { colleaguesQuery, membersQuery } from "../../api/queries";
import type { Conversation, Person } from "../../api/types";
import { useT } from "../../i18n";
import { useTyping } from "../../realtime/typing";

export function TypingLine({ conversation }: { conversation: Conversation }) {
  const t = useT();
  const typing = useTyping(conversation.id);
  const colleagues = useQuery(colleaguesQuery).data;
  const isRoom = conversation.kind !== "direct";
  const members = useQuery({ ...membersQuery(conversation.id), enabled: isRoom && typing.length > 0 }).data;
  const known: Person[] = [
    ...(conversation.partner ? [conversation.partner] : []),
    ...(members?.map((member) => member.person) ?? []),
    ...(colleagues ? [...colleagues.superiors, ...colleagues.peers, ...colleagues.reports] : []),
  ];
  const names = typing.map((id) => known.find((person) => person.id === id)?.display_name);
  const first = names[0];
  let text = "";
  if (typing.length === 1 && first) text = t("typing.one", { name: first });
  else if (typing.length > 0) text = t("typing.some", { count: typing.length });
  return (
    <p className="typing-line" aria-live="off" data-shown={text !== ""}>
      {text && (
        <>
          <span className="typing-dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {text}
        </>
      )}
    </p>
  );
}
