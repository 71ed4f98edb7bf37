/** The keys of a shortcut, by the names that are printed on the keyboard at hand. */
import { Fragment } from "react";
import { type Chord, chordsOf, isMac, SHORTCUTS, type ShortcutId } from "./table";

const NAMES: Record<string, string> = {
  mod: "Ctrl",
  alt: "Alt",
  shift: "Shift",
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  BracketLeft: "[",
  Slash: "/",
  Escape: "Esc",
};
const ON_MAC: Record<string, string> = { ...NAMES, mod: "⌘", alt: "⌥", shift: "⇧" };

export const namesOf = (chord: Chord, onMac: boolean): string[] =>
  chord.split("+").map((part) => (onMac ? ON_MAC : NAMES)[part] ?? part.replace("Key", ""));

/** All ways to press it, or the `first` only. */
export function Keys({ of, first = false }: { of: ShortcutId; first?: boolean }) {
  const onMac = isMac();
  const chords = chordsOf(SHORTCUTS[of], onMac);
  return (first ? chords.slice(0, 1) : chords).map((chord) => (
    <span key={chord} className="keys">
      {namesOf(chord, onMac).map((name) => (
        <Fragment key={name}>
          <kbd>{name}</kbd>{" "}
        </Fragment>
      ))}
    </span>
  ));
}
