/** All shortcuts, declared once: what answers to the keys and the sheet that lists them are both made from this. */

export type Group = "moving" | "reading" | "writing" | "other";

/**
 * What is held, and the key: by its `KeyboardEvent.code`, which is the same on every layout, or by the character that is
 * typed in whatever way. `mod` is Ctrl, and Cmd on a Mac.
 */
export type Chord = `${"mod+" | ""}${"alt+" | ""}${"shift+" | ""}${string}`;

export type Shortcut = {
  group: Group;
  keys: readonly Chord[];
  /** What a Mac has in its place. */
  mac?: readonly Chord[];
  /** The browser does it, or whatever has the focus: it is only listed. */
  isListed?: true;
};

const TABLE = {
  switcher: { group: "moving", keys: ["mod+KeyK"] },
  direct: { group: "moving", keys: ["mod+shift+KeyK"] },
  search: { group: "moving", keys: ["mod+shift+KeyF"] },
  previous: { group: "moving", keys: ["alt+ArrowUp"] },
  next: { group: "moving", keys: ["alt+ArrowDown"] },
  back: { group: "moving", keys: ["alt+ArrowLeft"], mac: ["mod+BracketLeft"], isListed: true },
  previousUnread: { group: "reading", keys: ["alt+shift+ArrowUp"] },
  nextUnread: { group: "reading", keys: ["alt+shift+ArrowDown"] },
  readAll: { group: "reading", keys: ["shift+Escape"] },
  send: { group: "writing", keys: ["Enter"], isListed: true },
  newline: { group: "writing", keys: ["shift+Enter"], isListed: true },
  editLast: { group: "writing", keys: ["ArrowUp"], isListed: true },
  sheet: { group: "other", keys: ["mod+Slash", "?"] },
  close: { group: "other", keys: ["Escape"], isListed: true },
} as const satisfies Record<string, Shortcut>;

export type ShortcutId = keyof typeof TABLE;
export type HandledId = {
  [Id in ShortcutId]: (typeof TABLE)[Id] extends { isListed: true } ? never : Id;
}[ShortcutId];

export const SHORTCUTS: Record<ShortcutId, Shortcut> = TABLE;
export const shortcutIds = Object.keys(TABLE) as ShortcutId[];

export const isMac = (platform: string = navigator.platform): boolean => /^(Mac|iP)/.test(platform);

export const chordsOf = ({ keys, mac }: Shortcut, onMac: boolean): readonly Chord[] => (onMac && mac) || keys;

type Pressed = Pick<
  KeyboardEvent,
  "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey" | "isComposing" | "target"
>;

/** The shortcut that these keys are, unless they write something. */
export function pressedShortcut(event: Pressed, onMac = isMac()): HandledId | null {
  const [mod, foreign] = onMac ? [event.metaKey, event.ctrlKey] : [event.ctrlKey, event.metaKey];
  if (event.isComposing || foreign) return null;
  const held = `${mod ? "mod+" : ""}${event.altKey ? "alt+" : ""}`;
  const chord = `${held}${event.shiftKey ? "shift+" : ""}${event.code}`;
  // A character may need Shift on one layout and not on another: `?` is Shift+7 on a Russian one, and `/` on a German one.
  const isTyped = event.key.length === 1 && (mod || !isWritten(event.target));
  const character = isTyped ? held + (event.key === "/" ? "Slash" : event.key) : "";
  const found = shortcutIds.find((id) => {
    const keys = chordsOf(SHORTCUTS[id], onMac);
    return !SHORTCUTS[id].isListed && (keys.includes(chord) || keys.includes(character));
  });
  return found ? (found as HandledId) : null;
}

/** Whether letters go into it, or choose in it. */
const isWritten = (target: EventTarget | null): boolean =>
  target instanceof Element &&
  target.matches("textarea, select, [contenteditable=true], input:not([type=radio], [type=checkbox])");
