/** The tumour's surface: whole, as glass, or cut, the half before the cut glass. */
import { useThree } from "@react-three/fiber";
import { useEffect, useLayoutEffect, useMemo, useRef } from "react";
import { type Group, type Matrix4, MeshStandardMaterial } from "three";
import { useStore } from "zustand";
import { against, colouredSurface } from "../state/against";
import { budget } from "../state/budget";
import { finestWithin } from "../state/lab";
import { layers } from "../state/layers";
import { useLab } from "../useLab";
import { useCut } from "./cut";
import { paintByFrame, useFrameColours } from "./frameColours";
import { GhostMaterial } from "./ghostMaterial";
import { MEASURED } from "./pick";
import { PASSED_BY } from "./passedBy";

export const TUMOUR_COLOUR = "#d94f3c";
/** What pointers meet, and what stands on a table: the coarsest mesh. */
export const TOUCH_NAME = "touch";
const GHOST_COLOUR = "#ff9c86";

export function Tumour({ sceneFromIndex }: { sceneFromIndex: Matrix4 | null }) {
  const most = useStore(budget, (b) => b.mostTriangles);
  const plain = useLab((s) => finestWithin(s.levels, most)?.geometry);
  const coloured = useStore(against, colouredSurface);
  const geometry = plain && (coloured ?? plain);
  const colours = useFrameColours();
  const coarse = useLab((s) => s.levels[0]?.geometry);
  const view = useLab((s) => s.view);
  const shown = useStore(layers);
  const invalidate = useThree((s) => s.invalidate);
  const group = useRef<Group>(null);
  const cut = useCut(group, sceneFromIndex);
  const { body, ghost } = useMemo(() => makeMaterials(), []);
  const isCut = view === "cut";

  useEffect(() => () => void [body, ghost].forEach((m) => m.dispose()), [body, ghost]);
  useEffect(() => {
    invalidate();
    return () => geometry?.dispose();
  }, [geometry, invalidate]);
  useEffect(() => () => coarse?.dispose(), [coarse]);
  useEffect(() => {
    body.clippingPlanes = isCut ? [cut.far] : null;
    ghost.clippingPlanes = isCut ? [cut.near] : null;
    invalidate();
  }, [isCut, body, ghost, cut, invalidate]);

  useLayoutEffect(() => {
    if (plain && colours && sceneFromIndex) paintByFrame(plain, sceneFromIndex.clone().invert(), colours);
  }, [plain, colours, sceneFromIndex]);
  const hasColours = coloured !== null || colours !== null;
  useLayoutEffect(() => {
    body.vertexColors = hasColours;
    body.color.set(hasColours ? "white" : TUMOUR_COLOUR);
    body.needsUpdate = true;
    invalidate();
  }, [hasColours, colours, body, invalidate]);

  if (!geometry || !coarse) return null;
  return (
    <group ref={group}>
      {shown.tumour && (view === "cut" || view === "solid") && (
        <mesh name="tumour" geometry={geometry} material={body} userData={MEASURED} {...PASSED_BY} />
      )}
      {shown.shell && (view === "cut" || view === "glass" || view === "inside") && (
        <mesh name="ghost" geometry={geometry} material={ghost} userData={MEASURED} renderOrder={2} {...PASSED_BY} />
      )}
      <mesh name={TOUCH_NAME} geometry={coarse}>
        <meshBasicMaterial visible={false} />
      </mesh>
    </group>
  );
}

function makeMaterials() {
  const body = new MeshStandardMaterial({ color: TUMOUR_COLOUR, roughness: 0.46, metalness: 0 });
  return { body, ghost: new GhostMaterial(GHOST_COLOUR) };
}
