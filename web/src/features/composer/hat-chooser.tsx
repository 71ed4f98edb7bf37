/** "Write as": shown only to those who have more than their own hat. */
import type { Hat } from "../../api/types";
import { termOf, useT } from "../../i18n";
import { Icon } from "../../ui/icon";
import { Menu } from "../../ui/menu";
import { hatKey } from "./hats";

interface HatChooserProps {
  hats: Hat[];
  chosen: string;
  onChoose: (key: string) => void;
}

export function HatChooser({ hats, chosen, onChoose }: HatChooserProps) {
  const t = useT();
  const textOf = (hat: Hat) => termOf(t, "hat", hat.hat, { name: hat.principal?.display_name ?? "" });
  const current = hats.find((hat) => hatKey(hat) === chosen) ?? hats[0];
  if (!current) return null;
  return (
    <Menu
      label={`${t("hat.choose")}: ${textOf(current)}`}
      placement="top start"
      chosen={chosen}
      onChoose={onChoose}
      button={
        <>
          <Icon name="hat" size={16} />
          <span>{textOf(current)}</span>
          <Icon name="down" size={14} />
        </>
      }
      buttonClass={`menu-button ${current.hat === "own" ? "" : "menu-button-set"}`}
      choices={hats.map((hat) => ({ id: hatKey(hat), text: textOf(hat), detail: hat.principal?.title }))}
    />
  );
}
