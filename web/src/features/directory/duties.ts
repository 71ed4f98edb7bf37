/** Who is shown the pages about the directories. The server decides who may read them. */
export const keepsDirectory = (roles: readonly string[] | undefined): boolean =>
  roles?.some((role) => role === "hr" || role === "admin") ?? false;
