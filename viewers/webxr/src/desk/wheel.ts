/** The wheel over the frame, or with shift, turns frames; elsewhere it zooms. */
import { useThree } from "@react-three/fiber";
import { useEffect } from "react";
import { Raycaster, Vector2 } from "three";
import { step } from "../link";
import { SLICE_NAME } from "../scene/SlicePlane";
import { WheelSteps } from "./wheelSteps";

export function useWheelScrub(): void {
  const { gl, scene, camera } = useThree();
  useEffect(() => {
    const steps = new WheelSteps();
    const ray = new Raycaster();
    const isOverFrame = (event: WheelEvent): boolean => {
      const frame = scene.getObjectByName(SLICE_NAME);
      const { left, top, width, height } = gl.domElement.getBoundingClientRect();
      const x = ((event.clientX - left) / width) * 2 - 1;
      const y = 1 - ((event.clientY - top) / height) * 2;
      ray.setFromCamera(new Vector2(x, y), camera);
      return frame !== undefined && ray.intersectObject(frame).length > 0;
    };
    const turn = (event: WheelEvent): void => {
      if (event.ctrlKey || !(event.shiftKey || isOverFrame(event))) return;
      event.preventDefault();
      event.stopPropagation();
      step(steps.take(event));
    };
    const stage = gl.domElement.parentElement ?? gl.domElement;
    stage.addEventListener("wheel", turn, { capture: true, passive: false });
    return () => stage.removeEventListener("wheel", turn, { capture: true });
  }, [gl, scene, camera]);
}
