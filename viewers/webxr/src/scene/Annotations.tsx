/** Distances, angles and notes, where coordinates are mm of the scan's frame. Its parent's are metres. */
import { useFrame, useThree } from "@react-three/fiber";
import { useEffect, useMemo } from "react";
import { useStore } from "zustand";
import { measuredFrame } from "../renderer";
import { isMeasuredBefore } from "../state/lab";
import { measuring } from "../state/measuring";
import { useLab } from "../useLab";
import { type Drawing, drawingOf, liveDrawingOf } from "./annotations";
import { setApparent } from "./apparent";
import { dimensionsOf } from "./dimensions";
import { Dots } from "./Dots";
import { Labels } from "./Labels";
import { prepareToPick } from "./pick";
import { Segments } from "./Segments";

const METRES_A_MM = 1e-3;

export function Annotations() {
  const geometry = useLab((s) => s.mesh?.geometry);
  const hasTool = useStore(measuring, (s) => s.tool !== null);
  useFrame(setApparent);
  useEffect(() => {
    if (hasTool) prepareToPick();
  }, [hasTool, geometry]);
  return (
    <group ref={(group) => void (measuredFrame.current = group)} name="mm" rotation-x={Math.PI} scale={METRES_A_MM}>
      <Dimensions />
      <StoredMarks />
      <LiveMarks />
    </group>
  );
}

function Dimensions() {
  const isShown = useStore(measuring, (s) => s.hasDiameters);
  const diameters = useLab((s) => (isMeasuredBefore(s) ? undefined : s.measured?.diameters));
  const drawing = useMemo(() => dimensionsOf((isShown && diameters) || []), [isShown, diameters]);
  return <Drawn drawing={drawing} />;
}

/** Apart from what moves, whose words alone are written anew in every frame. */
function StoredMarks() {
  const marks = useLab((s) => s.marks);
  const chosen = useStore(measuring, (s) => s.chosen);
  const moved = useStore(measuring, (s) => s.moved?.id);
  const drawing = useMemo(() => drawingOf(marks.filter(({ id }) => id !== moved), chosen), [marks, chosen, moved]);
  return <Drawn drawing={drawing} />;
}

function LiveMarks() {
  const marks = useLab((s) => s.marks);
  const state = useStore(measuring);
  const drawing = useMemo(() => liveDrawingOf(marks, state), [marks, state]);
  return <Drawn drawing={drawing} />;
}

function Drawn({ drawing: { segments, dots, words } }: { drawing: Drawing }) {
  const invalidate = useThree((s) => s.invalidate);
  useEffect(() => invalidate(), [segments, dots, words, invalidate]);
  return (
    <>
      <Segments segments={segments} />
      <Dots dots={dots} />
      <Labels words={words} />
    </>
  );
}
