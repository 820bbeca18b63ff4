/** What one of a row is, and its volume, below it. */
import type { BufferGeometry } from "three";
import { useStore } from "zustand";
import { significant } from "../format";
import { beside } from "../state/beside";
import { isMeasuredBefore } from "../state/lab";
import { useLab } from "../useLab";
import { NameTag, TAG_WIDTH_M } from "./NameTag";

/** In radii of the tumour that is open. */
const WIDTH = 1.7;
const BELOW = 0.3;

interface Tagged {
  /** From the middle to its lowest point, metres. */
  below: number;
  words: string;
  volumeMm3: number | null;
}

export function RowTag({ below, words, volumeMm3 }: Tagged) {
  const radius = useLab((s) => s.subject?.radius ?? 0);
  const text = volumeMm3 === null ? words : `${words} · ${significant(volumeMm3)} mm³`;
  return (
    <group position-y={-below - BELOW * radius} scale={(WIDTH * radius) / TAG_WIDTH_M}>
      <NameTag text={text} colour="#f2f5f9" above={0} />
    </group>
  );
}

/** Of the one that is open, while others stand beside it. */
export function OpenTag() {
  const what = useStore(beside, (s) => s.what);
  const scan = useLab((s) => s.scan);
  const subject = useLab((s) => s.subject);
  const coarse = useLab((s) => s.levels[0]?.geometry);
  const volumeMm3 = useLab((s) => (isMeasuredBefore(s) ? null : (s.measured?.volume_mm3 ?? null)));
  if (what === "nothing" || !scan || !subject || !coarse) return null;
  const words = (what === "masks" ? scan.label : scan.timepoint) || scan.scan;
  return (
    <group position={subject.centre}>
      <RowTag below={subject.centre.y - lowest(coarse)} words={words} volumeMm3={volumeMm3} />
    </group>
  );
}

export function lowest(geometry: BufferGeometry): number {
  geometry.computeBoundingBox();
  return geometry.boundingBox?.min.y ?? 0;
}
