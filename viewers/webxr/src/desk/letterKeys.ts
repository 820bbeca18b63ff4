/** Whether keys that write a character do something, too; kept across reloads. */
import { createStore } from "zustand/vanilla";

const KEPT_AS = "parasam.letterKeys";

export const letterKeys = createStore<{ isOn: boolean }>(() => ({ isOn: kept() }));

export function setLetterKeys(isOn: boolean): void {
  letterKeys.setState({ isOn });
  try {
    localStorage.setItem(KEPT_AS, isOn ? "on" : "off");
  } catch {
    // a browser that keeps nothing begins with them on
  }
}

function kept(): boolean {
  try {
    return localStorage.getItem(KEPT_AS) !== "off";
  } catch {
    return true;
  }
}
