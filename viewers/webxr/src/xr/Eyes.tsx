/** Puts the eyes, and with them hands and controllers, onto `origin`. */
import { useThree } from "@react-three/fiber";
import { useEffect } from "react";
import { backToStart, origin } from "./origin";

export function Eyes() {
  const eyes = useThree((s) => s.gl.xr.getCamera());
  useEffect(() => {
    backToStart();
    origin.add(eyes);
    return () => void origin.remove(eyes);
  }, [eyes]);
  return <primitive object={origin} />;
}
