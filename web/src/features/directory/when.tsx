/** A moment, as day and time; what it exactly is, on hover. */
import { FormattedDate } from "react-intl";

export function When({ at }: { at: string }) {
  return (
    <time dateTime={at} title={at}>
      <FormattedDate value={at} day="numeric" month="long" hour="2-digit" minute="2-digit" />
    </time>
  );
}
