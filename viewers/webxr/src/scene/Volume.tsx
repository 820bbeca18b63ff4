/** Keeps the scan's 3D texture: made when its coarse levels come, then finer with each frame. */
import { useFrame, useThree } from "@react-three/fiber";
import { useLayoutEffect } from "react";
import { slices } from "../link";
import { volume } from "../renderer";
import { lab } from "../state/lab";
import { useLab } from "../useLab";
import { VolumeTexture } from "./volumeTexture";

export function Volume() {
  const gl = useThree((s) => s.gl);
  const invalidate = useThree((s) => s.invalidate);
  const coarse = useLab((s) => s.volume);

  useLayoutEffect(() => {
    const shape = lab.getState().scan?.shape;
    if (coarse === null || !shape) return;
    const longestSide = gl.getContext().getParameter(WebGL2RenderingContext.MAX_3D_TEXTURE_SIZE) as number;
    const made = new VolumeTexture(shape, coarse, longestSide);
    volume.current = made;
    invalidate();
    const stop = lab.subscribe(() => made.isBehind(slices) && invalidate());
    return () => {
      stop();
      volume.current = null;
      made.dispose();
    };
  }, [coarse, gl, invalidate]);

  useFrame(() => {
    volume.current?.work(gl, slices, lab.getState().frame);
    if (volume.current?.isBehind(slices)) invalidate();
  });
  return null;
}
