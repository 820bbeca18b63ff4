/** The mask as it is: every voxel a box, smooth nowhere. */
import { useThree } from "@react-three/fiber";
import { type RefObject, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { BufferAttribute, BufferGeometry, type Group, type Matrix4, MeshStandardMaterial } from "three";
import { useStore } from "zustand";
import { slices } from "../link";
import { budget } from "../state/budget";
import { probe } from "../state/probe";
import type { Rgb } from "../state/ramp";
import { drawnVoxels, type VoxelFaces, voxelFaces } from "../state/voxels";
import { useLab } from "../useLab";
import { useCut } from "./cut";
import { paint, useFrameColours } from "./frameColours";
import { MEASURED } from "./pick";
import { TUMOUR_COLOUR } from "./Tumour";
import { PASSED_BY } from "./passedBy";

const MOST_FACES = 250_000;
const WORK_MS = 6;

export function Voxels({ sceneFromIndex }: { sceneFromIndex: Matrix4 }) {
  const view = useLab((s) => s.view);
  const group = useRef<Group>(null);
  return (
    <group ref={group}>
      <group matrix={sceneFromIndex} matrixAutoUpdate={false}>
        {view === "voxels" && <Boxes group={group} sceneFromIndex={sceneFromIndex} />}
      </group>
    </group>
  );
}

function Boxes({ group, sceneFromIndex }: { group: RefObject<Group | null>; sceneFromIndex: Matrix4 }) {
  const invalidate = useThree((s) => s.invalidate);
  const isOut = useStore(probe, (s) => s.isOut);
  const faces = useVoxelFaces();
  const cut = useCut(group, sceneFromIndex);
  const geometry = useMemo(() => faces && geometryOf(faces), [faces]);
  const colours = useFrameColours();
  const material = useMemo(() => new MeshStandardMaterial({ color: TUMOUR_COLOUR, roughness: 0.62 }), []);
  useEffect(() => () => material.dispose(), [material]);
  useEffect(() => () => geometry?.dispose(), [geometry]);
  useEffect(() => {
    drawnVoxels.setState({ drawn: faces && { faces: faces.indices.length / 6, block: faces.block } });
    return () => drawnVoxels.setState({ drawn: null });
  }, [faces]);
  useLayoutEffect(() => {
    if (faces && geometry && colours) paintFaces(geometry, faces, colours);
    material.vertexColors = colours !== null;
    material.color.set(colours ? "white" : TUMOUR_COLOUR);
    material.needsUpdate = true;
    invalidate();
  }, [faces, geometry, colours, material, invalidate]);
  useEffect(() => {
    material.clippingPlanes = isOut ? [cut.far] : null;
    invalidate();
  }, [geometry, isOut, cut, material, invalidate]);
  if (!faces || !geometry) return null;
  return (
    <mesh
      name="voxels"
      geometry={geometry}
      material={material}
      position={[...faces.first]}
      scale={[...faces.block]}
      userData={MEASURED}
      {...PASSED_BY}
    />
  );
}

/** Found anew, beside the drawing, when the mask changes; null until the frames are there. */
function useVoxelFaces(): VoxelFaces | null {
  const [faces, setFaces] = useState<VoxelFaces | null>(null);
  const mask = useLab((s) => s.levels[0]?.sha256);
  const areAllHere = useLab((s) => s.scan !== null && s.slicesHeld === s.scan.shape[0]);
  const spacingMm = useLab((s) => s.scan?.spacing_mm);
  const mostFaces = useStore(budget, (b) => Math.min(MOST_FACES, b.mostTriangles / 2));
  useEffect(() => {
    if (!areAllHere || !mask || !spacingMm) return;
    const [z, y, x] = spacingMm;
    const finding = voxelFaces([...slices.all()], [x, y, z], mostFaces);
    return beside(finding, setFaces);
  }, [mask, areAllHere, spacingMm, mostFaces]);
  return areAllHere ? faces : null;
}

/** Run a generator on beside the page's other work; returns what stops it. */
function beside<T>(work: Generator<void, T>, done: (made: T) => void): () => void {
  let timer = setTimeout(function goOn() {
    const until = performance.now() + WORK_MS;
    for (;;) {
      const { done: isDone, value } = work.next();
      if (isDone) return done(value);
      if (performance.now() > until) break;
    }
    timer = setTimeout(goOn);
  });
  return () => clearTimeout(timer);
}

/** All four corners of a face have the colour of its voxel. */
function paintFaces(geometry: BufferGeometry, faces: VoxelFaces, colours: readonly Rgb[]): void {
  const { positions, normals, first, block } = faces;
  paint(geometry, colours, positions.length / 3, (vertex) => {
    const corners = 12 * (vertex >> 2) + 2;
    const layer = (positions[corners]! + positions[corners + 6]!) / 2 - normals[corners]! / 2;
    return first[2] + block[2] * layer;
  });
}

function geometryOf({ positions, normals, indices }: VoxelFaces): BufferGeometry {
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(positions, 3));
  geometry.setAttribute("normal", new BufferAttribute(normals, 3));
  geometry.setIndex(new BufferAttribute(indices, 1));
  return geometry;
}
