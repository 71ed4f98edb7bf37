/** The icons, drawn on a 20 by 20 grid with a line of one weight. They carry no meaning alone: a label stands beside. */
const SHAPES = {
  search: "M9 15A6 6 0 1 0 9 3a6 6 0 0 0 0 12Zm4.3-1.7L17 17",
  people:
    "M7.5 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM2 16.5c0-3 2.4-4.8 5.5-4.8s5.5 1.8 5.5 4.8M13 3.9a3 3 0 0 1 0 5.3M15 12.2c1.9.7 3 2.200 3 4.300",
  tree: "M10 3v4m0 0H4.500v3.500M10 7h5.500v3.500M10 7v3.500M3 10.500h3v3H3zM8.500 10.500h3v3h-3zM14 10.500h3v3h-3zM8.500 3h3",
  settings: "M3 6h8m4 0h2M3 14h2m4 0h8M13 6a2 2 0 1 0 0-.01ZM7 14a2 2 0 1 0 0-.01Z",
  rule: "M10 3v14M5 17h10M4 6l6-1.500 6 1.500M2.500 11.500 4 6l1.500 5.500zM14.500 11.500 16 6l1.500 5.500z",
  more: "M5 10h.01M10 10h.01M15 10h.01",
  plus: "M10 4v12M4 10h12",
  back: "M12 4.500 6.500 10l5.500 5.500",
  send: "M3.500 10h11M10 4.500l6 5.500-6 5.500",
  close: "M5 5l10 10M15 5 5 15",
  right: "M8 5l5 5-5 5",
  down: "M5 8l5 5 5-5",
  check: "M4 10.500l4 4 8-9",
  alert: "M10 6.500v4.500m0 2.800v.01M10 2.500 18 16.500H2z",
  lock: "M5.500 9h9v7.500h-9zM7.300 9V6.500a2.700 2.700 0 0 1 5.400 0V9",
  hash: "M7.500 3.500l-1.500 13M14 3.500l-1.500 13M3.500 7.500h13M3.500 12.500h13",
  group:
    "M7 9.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5Zm6 0a2.500 2.500 0 1 0 0-5M2.500 15.500c0-2.500 2-4 4.500-4s4.500 1.500 4.500 4M13.500 11.600c2.300.2 4 1.600 4 3.900",
  unit: "M4 17V6l6-3 6 3v11M2.500 17h15M8 17v-4h4v4M7.500 8.500h.01M12.500 8.500h.01",
  retry: "M15.500 10a5.500 5.500 0 1 1-1.700-4M15.500 3v3.500H12",
  hat: "M3 14.500h14M5.500 14.500V10a4.500 4.500 0 0 1 9 0v4.500",
  out: "M8 3.500H4v13h4M8 10h9m-3.500-3.500L17 10l-3.500 3.500",
  keyboard:
    "M2.500 5.500h15v9h-15zM5.500 8.500h.01M8.500 8.500h.01M11.500 8.500h.01M14.500 8.500h.01M6.500 11.500h7",
  device: "M3.500 4.500h13v8.500h-13zM7 16.500h6",
  mail: "M3 5h14v10H3zM3 5.500l7 5.500 7-5.500",
  phone:
    "M5 3.500h3l1 3.500-2 1.500a9 9 0 0 0 4.500 4.500L13 11l3.500 1v3c0 1-.8 1.500-1.500 1.500C9 16.500 3.500 11 3.500 5c0-.7.5-1.500 1.500-1.500Z",
  write: "M4 16l.8-3.500L13.500 3.800l2.700 2.700L7.500 15.200zM11.500 5.800l2.700 2.700",
  info: "M10 17.500a7.500 7.500 0 1 0 0-15 7.500 7.500 0 0 0 0 15ZM10 9v4.500M10 6.500v.01",
} as const;

export type IconName = keyof typeof SHAPES;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg className="icon" viewBox="0 0 20 20" width={size} height={size} aria-hidden="true" focusable="false">
      <path d={SHAPES[name]} />
    </svg>
  );
}
