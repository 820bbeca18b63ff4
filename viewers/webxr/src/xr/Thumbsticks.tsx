/** Either controller's thumbstick turns frames. Hands have none. */
import { useXR } from "@react-three/xr";
import { useFrame } from "@react-three/fiber";
import { useMemo } from "react";
import { step } from "../link";
import { stickAxis, Thumb } from "./thumb";

export function Thumbsticks() {
  const session = useXR((xr) => xr.session);
  const thumbs = useMemo(() => new WeakMap<XRInputSource, Thumb>(), []);
  useFrame((_, seconds) => {
    for (const source of session?.inputSources ?? []) {
      if (source.hand || !source.gamepad) continue;
      let thumb = thumbs.get(source);
      if (!thumb) thumbs.set(source, (thumb = new Thumb()));
      const frames = thumb.take(stickAxis(source.gamepad.axes), seconds);
      if (frames !== 0) step(frames);
    }
  });
  return null;
}
