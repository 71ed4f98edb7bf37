/** Asks for the next page of a list, where there is one. */
import { useT } from "../i18n";
import { Button } from "./button";

interface MoreQuery {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => Promise<unknown>;
}

export function MoreButton({ query }: { query: MoreQuery }) {
  const t = useT();
  if (!query.hasNextPage) return null;
  return (
    <Button className="more" onClick={() => void query.fetchNextPage()} disabled={query.isFetchingNextPage}>
      {t("common.more")}
    </Button>
  );
}
