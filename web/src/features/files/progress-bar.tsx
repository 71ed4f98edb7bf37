/** How far a transfer is. */
export function ProgressBar({ label, part }: { label: string; part: number }) {
  const percent = Math.round(part * 100);
  return (
    <span
      className="progress"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
    >
      <span className="progress-done" style={{ inlineSize: `${percent}%` }} />
    </span>
  );
}
