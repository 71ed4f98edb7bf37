/** The icons of what is done with a message, drawn as those of `ui/icon` are. They come with the buttons that show them. */
const SHAPES = {
  reply: "M8 4.500 3.500 9 8 13.500M3.500 9h7.500a5.500 5.500 0 0 1 5.500 5.500v1",
  edit: "M4 16l.8-3.500L13.500 3.800l2.700 2.700L7.500 15.200zM11.500 5.800l2.700 2.700",
  copy: "M7 7h9.500v9.500H7zM4 13H3.500V3.500H13V4",
  history: "M3.700 6.500A7.300 7.300 0 1 1 2.700 10M3.500 3v3.500H7M10 6v4l2.800 1.800",
  lower: "M5.500 9h9v7.500h-9zM7.300 9V6.500a2.700 2.700 0 0 1 5.400 0V9",
  delete: "M4 5.500h12M8 5.500V3.500h4v2M5.500 5.500l.7 11h7.600l.7-11M8.500 8.500v5M11.500 8.500v5",
} as const;

export function ActionIcon({ name, size = 18 }: { name: keyof typeof SHAPES; size?: number }) {
  return (
    <svg className="icon" viewBox="0 0 20 20" width={size} height={size} aria-hidden="true" focusable="false">
      <path d={SHAPES[name]} />
    </svg>
  );
}
