/** The sign of notices, and of their absence. */
const BELL = "M5 14.5V9a5 5 0 0 1 10 0v5.5M3.500 14.500h13M8.500 17h3";

export function Bell({ isOff = false, size = 18 }: { isOff?: boolean; size?: number }) {
  return (
    <svg className="icon" viewBox="0 0 20 20" width={size} height={size} aria-hidden="true" focusable="false">
      <path d={isOff ? `${BELL}M3 3l14 14.500` : BELL} />
    </svg>
  );
}
