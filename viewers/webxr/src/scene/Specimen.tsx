/** The tumour and the frame through it, one thing to turn, about the tumour's middle. */
import { type Group, Matrix4, Vector3 } from "three";
import { type ReactNode, type RefObject, useMemo } from "react";
import { useLab } from "../useLab";
import { NOT_BY_TOUCH } from "../xr/pointers";
import { Against } from "./Against";
import { Annotations } from "./Annotations";
import { Inside } from "./Inside";
import { SlicePlane } from "./SlicePlane";
import { Tumour } from "./Tumour";
import { Volume } from "./Volume";
import { Voxels } from "./Voxels";

interface Parts {
  pose: RefObject<Group | null>;
  /** What lives where coordinates are the scan's own, in metres. */
  probe: ReactNode;
  /** What is done where it is pointed at. */
  handlers?: object | undefined;
  /** What lives where coordinates are voxel indices. */
  children?: ReactNode;
}

export function Specimen({ pose, probe, handlers, children }: Parts) {
  const centre = useLab((s) => s.subject?.centre);
  const numbers = useLab((s) => s.scan?.scene_from_index);
  const sceneFromIndex = useMemo(() => (numbers ? new Matrix4().fromArray(numbers) : null), [numbers]);
  return (
    <group ref={pose} name="specimen" pointerEventsType={NOT_BY_TOUCH}>
      <group position={centre ? new Vector3().copy(centre).negate() : undefined} {...handlers}>
        <Tumour sceneFromIndex={sceneFromIndex} />
        {sceneFromIndex && <Voxels sceneFromIndex={sceneFromIndex} />}
        {sceneFromIndex && <Against sceneFromIndex={sceneFromIndex} />}
        {sceneFromIndex && <Inside sceneFromIndex={sceneFromIndex} />}
        {probe}
        <Annotations />
        {sceneFromIndex && (
          <group matrix={sceneFromIndex} matrixAutoUpdate={false}>
            <Volume />
            <SlicePlane />
            {children}
          </group>
        )}
      </group>
    </group>
  );
}
