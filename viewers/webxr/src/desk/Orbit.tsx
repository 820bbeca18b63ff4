/** Turning, panning and zooming on a screen; frames the tumour when another one comes. */
import { useFrame, useThree } from "@react-three/fiber";
import { useEffect, useMemo } from "react";
import { PerspectiveCamera, Vector3 } from "three";
import { OrbitControls } from "three/examples/jsm/controls/OrbitControls.js";
import { distanceToFit, FIELD_OF_VIEW_DEG, pixelsPerMm } from "../scene/framing";
import { useLab } from "../useLab";
import { dragging } from "./dragging";
import { scale } from "./scale";

const FIRST_VIEW = new Vector3(0.9, 0.46, 0.74).normalize();
/** So that what depends on the camera sees where it stands in this frame. */
const BEFORE_THE_REST = -2;

export function Orbit() {
  const { camera, gl, invalidate } = useThree();
  const radius = useLab((s) => s.subject?.radius);
  const aspect = useThree((s) => s.size.width / s.size.height);
  const heightPx = useThree((s) => s.size.height);
  const controls = useMemo(() => new OrbitControls(camera), [camera]);

  useEffect(() => {
    controls.connect(gl.domElement);
    controls.enableDamping = true;
    controls.addEventListener("change", () => invalidate());
    return () => controls.dispose();
  }, [controls, gl, invalidate]);

  useEffect(() => dragging.subscribe(({ isDragging }) => void (controls.enabled = !isDragging)), [controls]);

  useEffect(() => {
    if (radius === undefined || !(camera instanceof PerspectiveCamera)) return;
    const distance = distanceToFit(radius, aspect);
    camera.fov = FIELD_OF_VIEW_DEG;
    camera.near = radius / 50;
    camera.far = radius * 200;
    camera.position.copy(FIRST_VIEW).multiplyScalar(distance);
    camera.updateProjectionMatrix();
    controls.minDistance = radius / 4;
    controls.maxDistance = radius * 30;
    controls.target.set(0, 0, 0);
    controls.update();
    invalidate();
    // a change of the window's shape alone leaves the user's view as it is
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [radius, camera, controls, invalidate]);

  useFrame(() => {
    controls.update();
    camera.updateMatrixWorld();
    scale.setState({ pixelsPerMm: pixelsPerMm(controls.getDistance(), heightPx) });
  }, BEFORE_THE_REST);
  return null;
}
