import { useStore } from "zustand";
import { lab, type LabState } from "./state/lab";

/** A part of the lab's state; the component renders anew when that part changes. */
export function useLab<T>(part: (state: LabState) => T): T {
  return useStore(lab, part);
}
