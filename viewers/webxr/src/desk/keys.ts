/** Keys of the page, wherever the focus is but in a field of its own or in a dialog. */
import { letterKeys } from "./letterKeys";
import { SHORTCUTS } from "./shortcuts";

export function listenToKeys(): void {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || hasKeysOfItsOwn(event.target)) return;
    if (event.key === " " && isPressed(event.target)) return;
    if (event.key.length > 1 && isSlider(event.target)) return;
    if (document.querySelector("dialog[open]") !== null || (event.key.length === 1 && !letterKeys.getState().isOn)) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const shortcut = SHORTCUTS.find(({ keys }) => keys.includes(key));
    if (!shortcut) return;
    shortcut.act();
    event.preventDefault();
  });
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
