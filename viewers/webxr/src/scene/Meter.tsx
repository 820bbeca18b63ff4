/** Measures what is drawn and how long it takes, and has the headset carry no more than it can. */
import { useFrame } from "@react-three/fiber";
import { useXR } from "@react-three/xr";
import { useEffect, useMemo } from "react";
import type { WebGLRenderer } from "three";
import { budget, FrameTimes, putAtADesk, Steering } from "../state/budget";
import { textureBytes } from "./textureBytes";

/** Before all else in a frame, while the renderer still tells of the one before. */
const FIRST = -2000;
/** Longer than that, a screen had nothing to draw and a headset was taken off. */
const PAUSE_MS = { screen: 100, headset: 500 };
/** Where a headset does not say. */
const USUAL_RATE_HZ = 72;

export function Meter() {
  const session = useXR((xr) => xr.session);
  const { times, steering } = useMemo(() => ({ times: new FrameTimes(), steering: new Steering() }), []);

  useEffect(() => {
    if (!session) return;
    budget.setState(steering.carried);
    return putAtADesk;
  }, [session, steering]);

  useFrame(({ gl, scene }, seconds) => {
    const ms = 1000 * seconds;
    if (ms > PAUSE_MS[session ? "headset" : "screen"]) return;
    const frameP95Ms = times.take(ms);
    if (frameP95Ms === null) return;
    const carried = session && steering.take(frameP95Ms, 1000 / (session.frameRate ?? USUAL_RATE_HZ));
    budget.setState({ frameP95Ms, ...drawnBy(gl), textureBytes: textureBytes(scene), ...carried });
  }, FIRST);
  return null;
}

function drawnBy({ info: { render } }: WebGLRenderer): { calls: number; triangles: number } {
  return { calls: render.calls, triangles: render.triangles };
}
