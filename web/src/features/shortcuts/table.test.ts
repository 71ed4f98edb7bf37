import { describe, expect, it } from "vitest";
import { namesOf } from "./keys";
import { chordsOf, pressedShortcut, SHORTCUTS, shortcutIds } from "./table";

type Keys = Partial<Parameters<typeof pressedShortcut>[0]>;

const press = (keys: Keys, onMac = false) =>
  pressedShortcut(
    {
      key: "",
      code: "",
      ctrlKey: false,
      metaKey: false,
      altKey: false,
      shiftKey: false,
      isComposing: false,
      target: document.body,
      ...keys,
    },
    onMac,
  );

describe("the shortcuts", () => {
  it.each([
    ["switcher", { code: "KeyK", key: "k", ctrlKey: true }],
    ["switcher", { code: "KeyK", key: "л", ctrlKey: true }],
    ["direct", { code: "KeyK", key: "Л", ctrlKey: true, shiftKey: true }],
    ["next", { code: "ArrowDown", key: "ArrowDown", altKey: true }],
    ["previousUnread", { code: "ArrowUp", key: "ArrowUp", altKey: true, shiftKey: true }],
    ["readAll", { code: "Escape", key: "Escape", shiftKey: true }],
    ["sheet", { code: "Slash", key: "/", ctrlKey: true }],
    ["sheet", { code: "Slash", key: "?", shiftKey: true }],
    ["sheet", { code: "Digit7", key: "?", shiftKey: true }],
    ["sheet", { code: "Digit7", key: "/", shiftKey: true, ctrlKey: true }],
  ] as const)("are the same on an English and a Russian layout: %s", (id, keys) => {
    expect(press(keys)).toBe(id);
  });

  it("take no letter away from whoever is writing", () => {
    for (const tag of ["textarea", "input", "select"]) {
      const target = document.createElement(tag);
      expect(press({ code: "Slash", key: "?", shiftKey: true, target }), tag).toBeNull();
      expect(press({ code: "Slash", key: "/", ctrlKey: true, target }), tag).toBe("sheet");
    }
    const tick = document.createElement("input");
    tick.type = "checkbox";
    expect(press({ code: "Slash", key: "?", shiftKey: true, target: tick })).toBe("sheet");
    expect(press({ code: "KeyK", key: "k", ctrlKey: true, isComposing: true })).toBeNull();
  });

  it("leave alone what the browser or a field does", () => {
    expect(press({ code: "Escape", key: "Escape" })).toBeNull();
    expect(press({ code: "Enter", key: "Enter" })).toBeNull();
    expect(press({ code: "ArrowLeft", key: "ArrowLeft", altKey: true })).toBeNull();
    expect(press({ code: "ArrowDown", key: "ArrowDown", altKey: true, ctrlKey: true })).toBeNull();
  });

  it("are held by Cmd on a Mac, where Ctrl+K deletes to the end of the line", () => {
    expect(press({ code: "KeyK", key: "k", metaKey: true }, true)).toBe("switcher");
    expect(press({ code: "KeyK", key: "k", ctrlKey: true }, true)).toBeNull();
    expect(press({ code: "KeyK", key: "k", metaKey: true })).toBeNull();
  });

  it("are named as on the keyboard at hand, and none is given twice", () => {
    expect(namesOf("mod+shift+KeyK", false)).toEqual(["Ctrl", "Shift", "K"]);
    expect(namesOf("mod+shift+KeyK", true)).toEqual(["⌘", "⇧", "K"]);
    expect(namesOf("?", false)).toEqual(["?"]);
    for (const onMac of [true, false]) {
      const all = shortcutIds.flatMap((id) => chordsOf(SHORTCUTS[id], onMac));
      expect(new Set(all).size).toBe(all.length);
    }
  });
});
