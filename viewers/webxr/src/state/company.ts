/**
 * Who else is in the lab, and how the tumour is held, which those who go together share.
 *
 * Name and way are kept across reloads.
 */
import { createStore } from "zustand/vanilla";
import type { Person } from "../protocol.gen";
import type { TumourPose } from "./pose";

export interface CompanyState {
  name: string;
  /** Whether the scene is shared, or the page goes its own way. */
  together: boolean;
  /** This page's own id, "" before it is known. */
  you: string;
  /** Its place around the stand. */
  seat: number;
  people: readonly Person[];
  /** The tumour's, in the stand's coordinates; null while nobody has held it. */
  pose: TumourPose | null;
}

export const LONGEST_NAME = 40;
const KEPT_AS = "parasam.company";

export const company = createStore<CompanyState>(() => ({
  ...kept(),
  you: "",
  seat: 0,
  people: [],
  pose: null,
}));

company.subscribe(({ name, together }, before) => {
  if (name === before.name && together === before.together) return;
  try {
    localStorage.setItem(KEPT_AS, JSON.stringify({ name, together }));
  } catch {
    // a browser that keeps nothing asks again
  }
});

/** Those who share the scene and whose line stands. */
export function companions({ people, together }: Pick<CompanyState, "people" | "together">): readonly Person[] {
  return together ? people.filter((person) => person.together && !person.away) : [];
}

/** What to call somebody. */
export function nameOf({ name }: Pick<Person, "name">): string {
  return name || "Somebody";
}

function kept(): { name: string; together: boolean } {
  try {
    const { name, together } = JSON.parse(localStorage.getItem(KEPT_AS) ?? "{}") as Record<string, unknown>;
    return { name: typeof name === "string" ? name.slice(0, LONGEST_NAME) : "", together: together === true };
  } catch {
    return { name: "", together: false };
  }
}
