/** Marks everything as read; asks before, where that is more than one conversation. */
import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { post } from "../../api/client";
import { keys } from "../../api/keys";
import { conversationsQuery } from "../../api/queries";
import type { Conversation } from "../../api/types";
import { useT } from "../../i18n";
import { useLaterT } from "../../i18n/later";
import { applyRead } from "../../realtime/apply-event";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";

export async function readAll(client: QueryClient, unread: readonly Conversation[]): Promise<void> {
  for (const { id, last_seq } of unread) applyRead(client, id, last_seq);
  try {
    // One after the other: somebody back from holidays has many.
    for (const { id, last_seq } of unread) await post(`/conversations/${id}/read`, { seq: last_seq });
  } catch (error) {
    console.warn("read pointer", error);
    await client.invalidateQueries({ queryKey: keys.conversations });
  }
}

export function ReadAll({ onClose }: { onClose: () => void }) {
  const t = useT();
  const later = useLaterT();
  const client = useQueryClient();
  const list = useQuery(conversationsQuery).data ?? [];
  // What comes while one thinks about it is not read by a click.
  const [unread] = useState(() => list.filter((one) => one.unread_count > 0));
  const isAsked = unread.length > 1;
  useEffect(() => {
    if (isAsked) return;
    void readAll(client, unread);
    onClose();
  }, [isAsked, client, unread, onClose]);
  if (!isAsked) return null;
  return (
    <Dialog title={later("readAll.title")} onClose={onClose}>
      <div className="form">
        <p>{later("readAll.text", { count: unread.length })}</p>
        <div className="form-actions">
          <Button look="quiet" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button
            look="primary"
            autoFocus
            onClick={() => {
              void readAll(client, unread);
              onClose();
            }}
          >
            {later("readAll.do")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
