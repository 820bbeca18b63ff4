/** The list of keys, and the button that shows it. */
import { useStore } from "zustand";
import { Dialog } from "./Dialog";
import { openDialog } from "./dialogs";
import { letterKeys, setLetterKeys } from "./letterKeys";
import { SHORTCUTS } from "./shortcuts";
import "./keys.css";

export function KeysButton() {
  return (
    <button type="button" className="keysbutton" aria-label="Keys" title="Keys" onClick={() => openDialog("keys")}>
      ?
    </button>
  );
}

export function Keys() {
  const isOn = useStore(letterKeys, (s) => s.isOn);
  return (
    <Dialog name="keys" title="Keys">
      <ul className="keys">
        {SHORTCUTS.map(({ shown, does }) => (
          <li key={shown}>
            <kbd>{shown}</kbd>
            <span>{does}</span>
          </li>
        ))}
      </ul>
      <label className="letters">
        <input type="checkbox" checked={isOn} onChange={(event) => setLetterKeys(event.target.checked)} />
        Letters, digits and signs are keys, too
      </label>
    </Dialog>
  );
}
