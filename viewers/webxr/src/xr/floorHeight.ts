/** How high the floor lies in the headset's space: at 0, or, where the headset does not know it, guessed. */
export const floor = { y: 0 };

/** Below the eyes of a person who sits or stands, so that neither stands in the floor. */
const BELOW_EYES_M = 1.4;

export function floorIs(known: boolean): void {
  floor.y = known ? 0 : -BELOW_EYES_M;
}
