/** The name, set in the system's serif, beside the seal. */
export function Wordmark({ size = "small" }: { size?: "small" | "large" }) {
  const Name = size === "large" ? "h1" : "span";
  return (
    <span className={`wordmark wordmark-${size}`}>
      <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
        <rect width="32" height="32" rx="8" />
        <path className="wordmark-bow" d="M22.200 11.400A7.600 7.600 0 1 0 22.200 20.600" />
        <path className="wordmark-bar" d="M14.600 16h11" />
      </svg>
      <Name>Chancery</Name>
    </span>
  );
}
