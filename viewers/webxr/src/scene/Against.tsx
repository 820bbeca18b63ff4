/** The mask that is compared: its surface as glass, and its outline on the frame. */
import { useThree } from "@react-three/fiber";
import { useEffect, useMemo } from "react";
import { Matrix4, Plane, Vector3 } from "three";
import { useStore } from "zustand";
import { against } from "../state/against";
import { drawnFrame } from "../state/lab";
import { layers } from "../state/layers";
import type { Point } from "../state/marks";
import { useLab } from "../useLab";
import type { Segment } from "./annotations";
import { contour } from "./contour";
import { GhostMaterial } from "./ghostMaterial";
import { Segments } from "./Segments";
import { PASSED_BY } from "./passedBy";

export const OTHER_COLOUR = "#c39bff";
const OUTLINE_PX = 2;

export function Against({ sceneFromIndex }: { sceneFromIndex: Matrix4 }) {
  const geometry = useStore(against, (s) => s.compared?.other);
  const isGlassShown = useStore(against, (s) => s.way === "surfaces");
  const invalidate = useThree((s) => s.invalidate);
  const glass = useMemo(() => new GhostMaterial(OTHER_COLOUR), []);
  const outline = useOutline(sceneFromIndex);
  useEffect(() => () => glass.dispose(), [glass]);
  useEffect(() => {
    invalidate();
    return () => geometry?.dispose();
  }, [geometry, isGlassShown, invalidate]);
  if (!geometry) return null;
  return (
    <>
      {isGlassShown && (
        <mesh name="compared" geometry={geometry} material={glass} renderOrder={2} {...PASSED_BY} />
      )}
      <group rotation-x={Math.PI} scale={1e-3}>
        <Segments segments={outline} />
      </group>
    </>
  );
}

/** Where the frame cuts its surface, in mm of the scan's frame. */
function useOutline(sceneFromIndex: Matrix4): Segment[] {
  const geometry = useStore(against, (s) => s.compared?.other);
  const isShown = useStore(layers, (s) => s.outline);
  const frame = useLab(drawnFrame);
  return useMemo(() => {
    if (!geometry || frame === null || !isShown) return [];
    const normal = new Vector3(0, 0, 1).transformDirection(sceneFromIndex);
    const plane = new Plane().setFromNormalAndCoplanarPoint(normal, new Vector3(0, 0, frame).applyMatrix4(sceneFromIndex));
    return contour(geometry, plane).map(([from, to]) => ({
      from: inMm(from),
      to: inMm(to),
      colour: OTHER_COLOUR,
      widthPx: OUTLINE_PX,
    }));
  }, [geometry, frame, isShown, sceneFromIndex]);
}

function inMm({ x, y, z }: Vector3): Point {
  return [x * 1e3, -y * 1e3, -z * 1e3];
}
