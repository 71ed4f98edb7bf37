/** The dated list of appointments: what is read and done, and its days. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { get, post } from "../../api/client";
import type { Given, Schemas } from "../../api/types";
import { directoryKey } from "./api";

export type Appointment = Given<Schemas["Appointment"]>;
export type AppointmentKind = Schemas["AppointmentKind"];
export type AppointmentState = Schemas["AppointmentState"];
export type RankChoice = Given<Schemas["RankChoice"]>;

/** In the order in which they are common. */
export const KINDS: AppointmentKind[] = ["acting", "deputy", "assistant", "further", "secondment", "duty"];
export const STATES: AppointmentState[] = ["active", "coming", "past"];

/** Kinds that are for somebody. */
export const isForSomebody = (kind: AppointmentKind): boolean =>
  kind === "acting" || kind === "deputy" || kind === "assistant";

/** Kinds that are a post. Whoever is on duty is neither in a post by it nor there for somebody. */
export const isPost = (kind: AppointmentKind): boolean => kind === "further" || kind === "secondment";

/** Kinds that the order must end. */
export const mustEnd = (kind: AppointmentKind): boolean => kind !== "assistant" && kind !== "further";

export const appointmentsQuery = (state: AppointmentState) =>
  infiniteQueryOptions({
    queryKey: [...directoryKey, "appointments", state],
    queryFn: ({ pageParam }) =>
      get<{ appointments: Appointment[]; next: string | null }>("/appointments", {
        state,
        cursor: pageParam,
        limit: 50,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
  });

export const ranksQuery = (person: string | undefined) =>
  queryOptions({
    queryKey: [...directoryKey, "ranks", person],
    queryFn: async () => (await get<{ ranks: RankChoice[] }>("/appointments/ranks", { person })).ranks,
    enabled: person !== undefined,
  });

export interface NewAppointment {
  kind: AppointmentKind;
  person_id: string;
  principal_id?: string;
  unit_id?: string;
  rank_id?: string;
  title?: string;
  from?: string;
  until?: string;
  reason: string;
  order_number?: string;
  replaces?: string;
}

export const appoint = (body: NewAppointment) => post<{ appointment: Appointment }>("/appointments", body);

export const endAppointment = (id: string, reason: string) =>
  post<{ appointment: Appointment }>(`/appointments/${id}/end`, { reason });
