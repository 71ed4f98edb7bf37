/** The sheet of keyboard shortcuts. Made from the table that the keys are read by. */
import { useT } from "../../i18n";
import { useLaterT } from "../../i18n/later";
import { Dialog } from "../../ui/dialog";
import "../../styles/shortcuts.css";
import { Keys } from "./keys";
import { type Group, SHORTCUTS, shortcutIds } from "./table";

const GROUPS: readonly Group[] = ["moving", "reading", "writing", "other"];

export function ShortcutSheet({ onClose }: { onClose: () => void }) {
  const t = useT();
  const later = useLaterT();
  return (
    <Dialog title={t("shortcuts.title")} onClose={onClose}>
      <div className="shortcut-groups">
        {GROUPS.map((group) => (
          <section key={group} aria-labelledby={`shortcuts-${group}`}>
            <h3 id={`shortcuts-${group}`}>{later(`shortcuts.group.${group}`)}</h3>
            <dl className="shortcuts">
              {shortcutIds
                .filter((id) => SHORTCUTS[id].group === group)
                .map((id) => (
                  <div key={id}>
                    <dt>{later(`shortcuts.${id}`)}</dt>
                    <dd>
                      <Keys of={id} />
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
