/** A moment to the minute and with its year: what is looked back on may lie long ago. */
import { FormattedDate } from "react-intl";

export function WhenExactly({ at, withSeconds = false }: { at: string; withSeconds?: boolean }) {
  return (
    <time dateTime={at} title={at}>
      <FormattedDate
        value={at}
        day="numeric"
        month="short"
        year="numeric"
        hour="2-digit"
        minute="2-digit"
        hourCycle="h23"
        second={withSeconds ? "2-digit" : undefined}
      />
    </time>
  );
}

export function Day({ at }: { at: string }) {
  return (
    <time dateTime={at} title={at}>
      <FormattedDate value={at} day="numeric" month="long" year="numeric" />
    </time>
  );
}

/** The last day of what ends at a moment, which does not belong to it. */
export function LastDay({ until }: { until: string }) {
  return <Day at={new Date(Date.parse(until) - 1).toISOString()} />;
}
