/** Turning, panning and zooming on a screen; frames the tumour when another one comes. */
import { useFrame, useThree } from "@react-three/fiber";
import { useEffect, useMemo } from "react";
import { PerspectiveCamera, Vector3 } from "three";
import { OrbitControls } from "three/examples/jsm/controls/OrbitControls.js";
import { useStore } from "zustand";
import { distanceToFit, FIELD_OF_VIEW_DEG, pixelsPerMm } from "../scene/framing";
import { beside, standingBy } from "../state/beside";
import { useLab } from "../useLab";
import { dragging } from "./dragging";
import { lookFrom } from "./lookFrom";
import { scale } from "./scale";

const FIRST_VIEW = new Vector3(0.9, 0.46, 0.74).normalize();
/** From before a row, so that perspective makes none of it larger. */
const ROW_VIEW = new Vector3(0, 0.28, 0.96).normalize();
/** So that what depends on the camera sees where it stands in this frame. */
const BEFORE_THE_REST = -2;

export function Orbit() {
  const { camera, gl, invalidate } = useThree();
  const radius = useLab((s) => s.subject?.radius);
  const aspect = useThree((s) => s.size.width / s.size.height);
  const heightPx = useThree((s) => s.size.height);
  const row = useRowEnds();
  const apart = useStore(beside, (s) => s.apart ?? 0);
  const asked = useStore(lookFrom, (s) => s.firstViews);
  const controls = useMemo(() => new OrbitControls(camera), [camera]);

  useEffect(() => {
    controls.connect(gl.domElement);
    controls.enableDamping = true;
    controls.addEventListener("change", () => invalidate());
    return () => controls.dispose();
  }, [controls, gl, invalidate]);

  useEffect(() => dragging.subscribe(({ isDragging }) => void (controls.enabled = !isDragging)), [controls]);

  useEffect(
    () =>
      lookFrom.subscribe(({ direction }, before) => {
        if (direction === null || direction === before.direction) return;
        const distance = controls.getDistance();
        camera.position.copy(controls.target).addScaledVector(direction, distance);
        controls.update();
        invalidate();
      }),
    [controls, camera, invalidate],
  );

  useEffect(() => {
    if (radius === undefined || !(camera instanceof PerspectiveCamera)) return;
    const [first, last] = row;
    const halfWide = ((last - first + 1) * apart) / 2;
    const distance = distanceToFit(Math.max(radius, halfWide / Math.max(1, aspect)), aspect);
    camera.fov = FIELD_OF_VIEW_DEG;
    camera.near = radius / 50;
    camera.far = radius * 200;
    camera.position.copy(first === last ? FIRST_VIEW : ROW_VIEW).multiplyScalar(distance);
    camera.updateProjectionMatrix();
    controls.minDistance = radius / 4;
    controls.maxDistance = radius * 30;
    controls.target.set(((first + last) / 2) * apart, 0, 0);
    camera.position.add(controls.target);
    controls.update();
    invalidate();
    // a change of the window's shape alone leaves the user's view as it is
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [radius, row, apart, asked, camera, controls, invalidate]);

  useFrame(() => {
    controls.update();
    camera.updateMatrixWorld();
    scale.setState({ pixelsPerMm: pixelsPerMm(controls.getDistance(), heightPx) });
  }, BEFORE_THE_REST);
  return null;
}

/** The places of the first and the last of the row; both 0 where the tumour is alone. */
function useRowEnds(): readonly [number, number] {
  const what = useStore(beside, (s) => s.what);
  const open = useLab((s) => s.scan);
  const scans = useLab((s) => s.scans);
  return useMemo(() => {
    const places = open ? standingBy(what, open, scans).map(({ place }) => place) : [];
    return [Math.min(0, ...places), Math.max(0, ...places)];
  }, [what, open, scans]);
}
