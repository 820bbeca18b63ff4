/** Says when the graphics card is taken away, and has all drawn anew when it is back. */
import { useThree } from "@react-three/fiber";
import { useEffect } from "react";
import { graphics } from "../state/graphics";
import { keepSaying, withdraw } from "../state/notice";

const LOST = "The browser took the graphics card away. What was done is kept; the picture comes back by itself, or when the page is loaded anew.";

export function Graphics() {
  const canvas = useThree((s) => s.gl.domElement);
  const invalidate = useThree((s) => s.invalidate);
  useEffect(() => {
    const lost = () => {
      graphics.setState({ isLost: true });
      keepSaying(LOST);
    };
    const restored = () => {
      graphics.setState((before) => ({ isLost: false, restored: before.restored + 1 }));
      withdraw(LOST);
      invalidate();
    };
    canvas.addEventListener("webglcontextlost", lost);
    canvas.addEventListener("webglcontextrestored", restored);
    return () => {
      canvas.removeEventListener("webglcontextlost", lost);
      canvas.removeEventListener("webglcontextrestored", restored);
    };
  }, [canvas, invalidate]);
  return null;
}
