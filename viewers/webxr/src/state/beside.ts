/**
 * What stands beside the tumour that is open: the subject at its other times, or the other masks of the
 * scan, in a row, all at one scale.
 */
import { createStore } from "zustand/vanilla";
import type { ScanCard, ScanOpened } from "../protocol.gen";
import { lab } from "./lab";
import { showLayer } from "./layers";
import type { Pose } from "./pose";

export type Beside = "nothing" | "times" | "masks";
export const BESIDE: readonly Beside[] = ["nothing", "times", "masks"];
export const BESIDE_WORDS: Record<Beside, string> = { nothing: "Alone", times: "Timepoints", masks: "Masks" };

export function isBeside(name: string): name is Beside {
  return (BESIDE as readonly string[]).includes(name);
}

/** One of the row. */
export interface Standing {
  scan: string;
  label: string;
  words: string;
  /** Places to the right of the one that is open. */
  place: number;
}

export interface BesideState {
  what: Beside;
  /** From one place of the row to the next, metres: a little more than the largest; null until surfaces have come. */
  apart: number | null;
  /** Where hands have put them, from where they would stand, in the scan's own scene: by `keyOf`. */
  moved: Readonly<Record<string, Pose>>;
}

export const beside = createStore<BesideState>(() => ({ what: "nothing", apart: null, moved: {} }));

/** Have these stand beside the tumour, which is whole then: a frame through it would hide it. */
export function standBeside(what: Beside): void {
  if (what === beside.getState().what) return;
  beside.setState({ what });
  showLayer("frame", what === "nothing");
}

export function moveStanding(standing: Standing, pose: Pose): void {
  beside.setState(({ moved }) => ({ moved: { ...moved, [keyOf(standing)]: pose } }));
}

/** Back to where they stand by themselves: centroid beside centroid. */
export function alignAll(): void {
  beside.setState({ moved: {} });
}

export function keyOf({ scan, label }: Pick<Standing, "scan" | "label">): string {
  return `${scan}/${label}`;
}

/** The row, without the one that is open. */
export function standingBy(what: Beside, open: ScanOpened, scans: readonly ScanCard[]): Standing[] {
  const row = what === "times" ? times(open, scans) : what === "masks" ? masks(open) : [];
  const here = row.findIndex(({ scan, label }) => scan === open.scan && label === open.label);
  return row.flatMap((one, n) => (n === here ? [] : [{ ...one, place: n - Math.max(here, 0) }]));
}

type Named = Omit<Standing, "place">;

/** With the same observer's mask where a scan has one, else with its first. */
function times(open: ScanOpened, scans: readonly ScanCard[]): Named[] {
  return scans
    .filter(({ id, subject }) => id === open.scan || (subject !== "" && subject === open.subject))
    .flatMap(({ id, timepoint, labels }) => {
      const label = id === open.scan ? open.label : labels.includes(open.label ?? "") ? open.label : labels[0];
      return label ? [{ scan: id, label, words: timepoint || id }] : [];
    });
}

function masks({ scan, labels }: ScanOpened): Named[] {
  return labels.map((label) => ({ scan, label, words: label }));
}

lab.subscribe(({ scan }, before) => {
  if (scan?.subject !== before.scan?.subject) alignAll();
});
