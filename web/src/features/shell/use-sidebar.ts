/** The sidebar's sections and the number of unread messages over all conversations. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { colleaguesQuery, conversationsQuery } from "../../api/queries";
import type { Conversation } from "../../api/types";
import { buildSidebar } from "./sidebar-model";

const NONE: Conversation[] = [];

export function useSidebar() {
  const colleagues = useQuery(colleaguesQuery);
  const conversations = useQuery(conversationsQuery);
  const list = conversations.data ?? NONE;
  const sections = useMemo(() => buildSidebar(colleagues.data, list), [colleagues.data, list]);
  const unread = useMemo(() => list.reduce((sum, one) => sum + one.unread_count, 0), [list]);
  return {
    sections,
    unread,
    isLoading: colleagues.isPending || conversations.isPending,
    error: colleagues.error ?? conversations.error,
    retry: () => {
      void colleagues.refetch();
      void conversations.refetch();
    },
  };
}

export type Sidebar = ReturnType<typeof useSidebar>;
