/** Nothing was found: what one may try. */
import { useSearchT } from "../../i18n/search";
import { Button } from "../../ui/button";
import { Empty } from "../../ui/notice";
import { isNarrowed } from "./address";
import type { Search } from "./operators";

export function NotFound({ search, onWiden }: { search: Search; onWiden: () => void }) {
  const say = useSearchT();
  const isNarrow = isNarrowed(search);
  return (
    <Empty icon="search" title={say("search.none")}>
      <ul className="search-tries">
        {isNarrow && <li>{say("search.none.narrow")}</li>}
        <li>{say("search.none.form")}</li>
        <li>{say("search.none.new")}</li>
        <li>{say("search.none.only")}</li>
      </ul>
      {isNarrow && <Button onClick={onWiden}>{say("search.everywhere")}</Button>}
    </Empty>
  );
}
