/** A bare hand: pinch near the tumour or along the ray, touch the panel with a fingertip. */
import { DefaultXRHand } from "@react-three/xr";

export function Hand() {
  return <DefaultXRHand grabPointer={{ radius: 0.04 }} />;
}
