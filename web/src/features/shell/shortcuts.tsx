/** The sheet of keyboard shortcuts. */
import { type MessageId, useT } from "../../i18n";
import { Dialog } from "../../ui/dialog";

const SHORTCUTS: [MessageId, string[]][] = [
  ["shortcuts.switcher", ["Ctrl", "K"]],
  ["shortcuts.next", ["Alt", "↓"]],
  ["shortcuts.previous", ["Alt", "↑"]],
  ["shortcuts.nextUnread", ["Alt", "Shift", "↓"]],
  ["shortcuts.previousUnread", ["Alt", "Shift", "↑"]],
  ["shortcuts.send", ["Enter"]],
  ["shortcuts.newline", ["Shift", "Enter"]],
  ["shortcuts.close", ["Esc"]],
  ["shortcuts.sheet", ["Ctrl", "/"]],
];

export function Shortcuts({ onClose }: { onClose: () => void }) {
  const t = useT();
  return (
    <Dialog title={t("shortcuts.title")} onClose={onClose}>
      <dl className="shortcuts">
        {SHORTCUTS.map(([id, keys]) => (
          <div key={id}>
            <dt>{t(id)}</dt>
            <dd>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
