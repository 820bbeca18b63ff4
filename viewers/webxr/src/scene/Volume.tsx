/**
 * Keeps the scan's 3D texture: made when its coarse levels come, then finer with each frame.
 *
 * On a screen this goes on beside the drawing: a scene that takes long to draw is not drawn anew for
 * every few frames that went into the texture. In a headset, where all is drawn anyway, it is part of it.
 */
import { useFrame, useThree } from "@react-three/fiber";
import { useLayoutEffect } from "react";
import { slices } from "../link";
import { volume } from "../renderer";
import { useStore } from "zustand";
import { graphics } from "../state/graphics";
import { lab } from "../state/lab";
import { useLab } from "../useLab";
import { VolumeTexture } from "./volumeTexture";

/** How often a screen shows that the texture is finer, at most. */
const SHOWN_EVERY_MS = 250;

export function Volume() {
  const gl = useThree((s) => s.gl);
  const invalidate = useThree((s) => s.invalidate);
  const coarse = useLab((s) => s.volume);
  const restored = useStore(graphics, (s) => s.restored);

  useLayoutEffect(() => {
    const shape = lab.getState().scan?.shape;
    if (coarse === null || !shape) return;
    const longestSide = gl.getContext().getParameter(WebGL2RenderingContext.MAX_3D_TEXTURE_SIZE) as number;
    const made = new VolumeTexture(shape, coarse, longestSide);
    volume.current = made;
    invalidate();
    const stop = workBeside(made, () => !gl.xr.isPresenting && made.work(gl, slices, lab.getState().frame), invalidate);
    return () => {
      stop();
      volume.current = null;
      made.dispose();
    };
  }, [coarse, gl, invalidate, restored]);

  useFrame(() => {
    if (gl.xr.isPresenting) volume.current?.work(gl, slices, lab.getState().frame);
  });
  return null;
}

/** Work whenever the page has time, while there is something to do; returns what stops it. */
function workBeside(made: VolumeTexture, work: () => void, show: () => void): () => void {
  let [request, shownMs] = [0, 0];
  const go = (nowMs: number) => {
    request = 0;
    work();
    if (made.isBehind(slices)) begin();
    if (made.isBehind(slices) && nowMs - shownMs < SHOWN_EVERY_MS) return;
    shownMs = nowMs;
    show();
  };
  const begin = () => {
    if (request === 0 && made.isBehind(slices)) request = requestAnimationFrame(go);
  };
  begin();
  const stop = lab.subscribe(begin);
  return () => {
    stop();
    cancelAnimationFrame(request);
  };
}
