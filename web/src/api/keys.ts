/** The names of everything in the query cache. */
export const keys = {
  me: ["me"] as const,
  colleagues: ["colleagues"] as const,
  labels: ["labels"] as const,
  sessions: ["sessions"] as const,
  conversations: ["conversations"] as const,
  conversation: (id: string) => ["conversation", id] as const,
  messages: (id: string) => ["messages", id] as const,
  members: (id: string) => ["members", id] as const,
  people: (query: string) => ["people", query] as const,
  person: (id: string) => ["person", id] as const,
  units: ["units"] as const,
  unit: (id: string) => ["unit", id] as const,
  unitChildren: (id: string) => ["unit-children", id] as const,
  unitPeople: (id: string) => ["unit-people", id] as const,
  photo: (url: string) => ["photo", url] as const,
  decision: (request: unknown) => ["decision", request] as const,
};
