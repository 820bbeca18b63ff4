import { useStore } from "zustand";
import { dialogs } from "./dialogs";
import { Keys } from "./Keys";
import { Measurements } from "./Measurements";

/** The dialog that is open, if any. */
export function Dialogs() {
  const open = useStore(dialogs, (s) => s.open);
  if (open === "keys") return <Keys />;
  return open === "measurements" ? <Measurements /> : null;
}
