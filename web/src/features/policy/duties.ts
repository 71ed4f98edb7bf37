/** Who is shown the pages about the policy. The server decides who may read them. */
export const answersForPolicy = (roles: readonly string[] | undefined): boolean =>
  roles?.some((role) => role === "admin" || role === "security" || role === "compliance") ?? false;
