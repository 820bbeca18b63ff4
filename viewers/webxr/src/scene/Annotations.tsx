/** Distances, angles and notes, where coordinates are mm of the scan's frame. Its parent's are metres. */
import { useFrame, useThree } from "@react-three/fiber";
import { useEffect, useMemo } from "react";
import { useStore } from "zustand";
import { measuredFrame } from "../renderer";
import { isMeasuredBefore } from "../state/lab";
import { measuring } from "../state/measuring";
import { useLab } from "../useLab";
import { drawingOf, joined } from "./annotations";
import { setApparent } from "./apparent";
import { dimensionsOf } from "./dimensions";
import { Dots } from "./Dots";
import { Labels } from "./Labels";
import { prepareToPick } from "./pick";
import { Segments } from "./Segments";

const METRES_A_MM = 1e-3;

export function Annotations() {
  const marks = useLab((s) => s.marks);
  const state = useStore(measuring);
  const geometry = useLab((s) => s.mesh?.geometry);
  const hasTool = state.tool !== null;
  const invalidate = useThree((s) => s.invalidate);
  const diameters = useLab((s) => (isMeasuredBefore(s) ? undefined : s.measured?.diameters));
  const { segments, dots, words } = useMemo(() => {
    const dimensions = state.hasDiameters && diameters ? [dimensionsOf(diameters)] : [];
    return joined([...dimensions, drawingOf(marks, state)]);
  }, [marks, state, diameters]);
  useFrame(setApparent);
  useEffect(() => invalidate(), [segments, dots, words, invalidate]);
  useEffect(() => {
    if (hasTool) prepareToPick();
  }, [hasTool, geometry]);
  return (
    <group
      ref={(group) => void (measuredFrame.current = group)}
      name="mm"
      rotation-x={Math.PI}
      scale={METRES_A_MM}
    >
      <Segments segments={segments} />
      <Dots dots={dots} />
      <Labels words={words} />
    </group>
  );
}
