/** Which dialog is open. */
import { createStore } from "zustand/vanilla";

export type DialogName = "keys" | "measurements";

export const dialogs = createStore<{ open: DialogName | null }>(() => ({ open: null }));

export function openDialog(name: DialogName): void {
  dialogs.setState({ open: name });
}

/** Unless another has been opened by then. */
export function closeDialog(name: DialogName): void {
  if (dialogs.getState().open === name) dialogs.setState({ open: null });
}
