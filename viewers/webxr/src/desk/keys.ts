/** Keys of the page, wherever the focus is but in a field of its own or in a dialog. */
import { letterKeys } from "./letterKeys";
import { SHORTCUTS } from "./shortcuts";

export function listenToKeys(): void {
  addEventListener("keydown", (event) => {
    if (event.altKey || hasKeysOfItsOwn(event.target)) return;
    if (event.key === " " && isPressed(event.target)) return;
    if (event.key.length > 1 && isSlider(event.target)) return;
    if (document.querySelector("dialog[open]") !== null || isLetterLeftAlone(event)) return;
    const shortcut = SHORTCUTS.find(({ keys }) => keys.includes(nameOf(event)));
    if (!shortcut) return;
    shortcut.act();
    event.preventDefault();
  });
}

/** As `Shortcut.keys` has it: "z", "Ctrl+z", which is Cmd+Z on a Mac, "Ctrl+Shift+z". */
function nameOf({ key, ctrlKey, metaKey, shiftKey }: KeyboardEvent): string {
  const name = key.length === 1 ? key.toLowerCase() : key;
  return ctrlKey || metaKey ? `Ctrl+${shiftKey ? "Shift+" : ""}${name}` : name;
}

function isLetterLeftAlone({ key, ctrlKey, metaKey }: KeyboardEvent): boolean {
  return key.length === 1 && !ctrlKey && !metaKey && !letterKeys.getState().isOn;
}

/** Arrows and the like move a slider that has the focus; that of the frames turns frames, as they do anywhere. */
function isSlider(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches("input[type=range]:not([data-frames])");
}

/** Space presses a button that has the focus. */
function isPressed(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches("button, a, summary");
}

function hasKeysOfItsOwn(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches("input:not([type=range]), select, textarea");
}
