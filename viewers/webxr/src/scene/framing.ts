/** Where the camera stands so that a ball fills the view. */
export const FIELD_OF_VIEW_DEG = 30;
/** The part of the view's shorter side that the ball takes. */
const FILL = 0.78;

/** Distance from which a ball of `radius` fills `FILL` of the shorter side of the view. */
export function distanceToFit(radius: number, aspect: number, fieldOfViewDeg = FIELD_OF_VIEW_DEG): number {
  const vertical = (fieldOfViewDeg * Math.PI) / 360;
  const shorter = Math.min(vertical, Math.atan(Math.tan(vertical) * aspect));
  return radius / Math.sin(Math.atan(Math.tan(shorter) * FILL));
}

/** The longest round length (1, 2 or 5 × 10ⁿ mm) that is at most `mostMm`. */
export function roundLengthMm(mostMm: number): number {
  const power = 10 ** Math.floor(Math.log10(mostMm));
  const step = [5, 2, 1].find((s) => s * power <= mostMm) ?? 1;
  return step * power;
}

/** Screen pixels a millimetre takes at `distance` metres before the camera. */
export function pixelsPerMm(distance: number, heightPx: number, fieldOfViewDeg = FIELD_OF_VIEW_DEG): number {
  const visible = 2 * distance * Math.tan((fieldOfViewDeg * Math.PI) / 360);
  return (heightPx / visible) * 1e-3;
}
