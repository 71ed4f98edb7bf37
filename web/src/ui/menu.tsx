/** A button that opens a menu, with or without a current choice. */
import type { ReactNode } from "react";
import { Menu as AriaMenu, Button, MenuItem, MenuTrigger, Popover } from "react-aria-components";
import { Icon } from "./icon";

export interface MenuChoice {
  id: string;
  text: string;
  detail?: string;
  mark?: ReactNode;
}

interface MenuProps {
  label: string;
  button: ReactNode;
  buttonClass?: string;
  choices: MenuChoice[];
  chosen?: string;
  isDisabled?: boolean;
  placement?: "top start" | "bottom start" | "bottom end";
  onChoose: (id: string) => void;
}

export function Menu({
  label,
  button,
  buttonClass,
  choices,
  chosen,
  isDisabled,
  placement,
  onChoose,
}: MenuProps) {
  return (
    <MenuTrigger>
      <Button className={buttonClass ?? "menu-button"} aria-label={label} isDisabled={isDisabled ?? false}>
        {button}
      </Button>
      <Popover className="popover" placement={placement ?? "bottom start"}>
        <AriaMenu
          className="menu"
          aria-label={label}
          selectionMode={chosen === undefined ? "none" : "single"}
          selectedKeys={chosen === undefined ? [] : [chosen]}
          disallowEmptySelection
          onAction={(key) => onChoose(String(key))}
        >
          {choices.map((choice) => (
            <MenuItem key={choice.id} id={choice.id} className="menu-item" textValue={choice.text}>
              {choice.mark}
              <span className="menu-text">
                <span>{choice.text}</span>
                {choice.detail && <small>{choice.detail}</small>}
              </span>
              {choice.id === chosen && <Icon name="check" size={16} />}
            </MenuItem>
          ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
