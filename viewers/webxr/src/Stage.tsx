/** The canvas: one scene for desktop, VR and MR. */
import { Canvas, useThree } from "@react-three/fiber";
import { useXR, XR } from "@react-three/xr";
import { lazy, type RefObject, Suspense, useEffect, useRef } from "react";
import type { Group } from "three";
import { DraggedProbe } from "./desk/DraggedProbe";
import { DraggedRow } from "./desk/DraggedRow";
import { useMeasuring } from "./desk/measuringPointer";
import { Orbit } from "./desk/Orbit";
import { PlaneViews } from "./desk/PlaneViews";
import { Sitting } from "./desk/Sitting";
import { useWheelScrub } from "./desk/wheel";
import { renderer, specimen } from "./renderer";
import { Graphics } from "./scene/Graphics";
import { Grid } from "./scene/Grid";
import { Lights } from "./scene/Lights";
import { Meter } from "./scene/Meter";
import { Specimen } from "./scene/Specimen";
import { useLab } from "./useLab";
import { PUTTING } from "./xr/putting";
import { ScrubKnob } from "./xr/ScrubKnob";
import { xr } from "./xr/session";

/** A chunk of its own, which a page at a desk never needs; see `watchOffers`. */
export const loadImmersion = () => import("./xr/immersion");
const Immersed = lazy(async () => ({ default: (await loadImmersion()).Immersed }));
const HeldThings = lazy(async () => ({ default: (await loadImmersion()).HeldThings }));

export function Stage() {
  return (
    <Canvas frameloop="demand" flat dpr={[1, 2]} gl={{ antialias: true, localClippingEnabled: true }}>
      <XR store={xr}>
        <Scene />
      </XR>
    </Canvas>
  );
}

function Scene() {
  const gl = useThree((s) => s.gl);
  const inside = useXR((s) => s.session !== undefined);
  const pose = useRef<Group>(null);
  useEffect(() => {
    renderer.current = gl;
    specimen.current = pose.current;
  }, [gl]);
  return (
    <>
      <Graphics />
      <Meter />
      <Lights />
      <Specimen
        pose={pose}
        probe={<Suspense>{inside ? <HeldThings /> : <DraggedThings />}</Suspense>}
        handlers={inside ? PUTTING : undefined}
      >
        {inside && <ScrubKnob />}
      </Specimen>
      {inside ? (
        <Suspense>
          <Immersed tumour={pose} />
        </Suspense>
      ) : (
        <Desk tumour={pose} />
      )}
    </>
  );
}

/** What the mouse can draw, where coordinates are the scan's own. */
function DraggedThings() {
  return (
    <>
      <DraggedProbe />
      <DraggedRow />
    </>
  );
}

/** What there is only on a screen. */
function Desk({ tumour }: { tumour: RefObject<Group | null> }) {
  const radius = useLab((s) => s.subject?.radius);
  useWheelScrub();
  useMeasuring();
  return (
    <>
      <Orbit />
      <PlaneViews />
      <Sitting tumour={tumour} />
      {radius !== undefined && <Grid cell={1e-3} reach={radius * 4} y={-radius * 1.15} />}
    </>
  );
}
