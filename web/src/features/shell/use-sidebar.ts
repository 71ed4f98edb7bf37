/** The sidebar's sections. */
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
  return {
    sections,
    isLoading: colleagues.isPending || conversations.isPending,
    error: colleagues.error ?? conversations.error,
    retry: () => {
      void colleagues.refetch();
      void conversations.refetch();
    },
  };
}

export type Sidebar = ReturnType<typeof useSidebar>;
