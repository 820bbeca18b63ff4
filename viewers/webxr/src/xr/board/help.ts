/** What sticks and pinches do, in a sentence or two. */
export interface Situation {
  isVr: boolean;
  hasHands: boolean;
  leftHanded: boolean;
}

export function helpFor({ isVr, hasHands, leftHanded }: Situation): string {
  if (hasHands) return isVr ? `${PINCH} ${FLOOR} ${PALM}` : `${PINCH} ${PALM}`;
  if (!isVr) return `${GRIP} Either stick turns frames. ${WRIST}`;
  const [pointing, other] = leftHanded ? ["Left", "right"] : ["Right", "left"];
  return `${GRIP} ${pointing} stick: frames. The ${other} one forward: go there; sideways: turn. ${WRIST}`;
}

const PINCH = "Pinch to take hold, with both hands to scale.";
const FLOOR = "Point at the floor and hold a pinch to go there.";
const PALM = "Look into your palm for the menu.";
const GRIP = "Grip or trigger takes hold, both scale.";
const WRIST = "Look into the other palm, or press B or Y there, for the menu.";
