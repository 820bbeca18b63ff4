/** The growth curve over the row of timepoints, in the room. */
import { useEffect, useMemo } from "react";
import { useStore } from "zustand";
import { GROWTH_PX, growthPicture } from "../scene/growthPicture";
import { beside } from "../state/beside";
import { growthOf } from "../state/growth";
import { course } from "../state/measurements";
import { useLab } from "../useLab";

/** In radii of the tumour that is open. */
const WIDTH = 3.4;
const ABOVE = 1.5;

export function GrowthBoard() {
  const isThere = useStore(beside, (s) => s.what === "times");
  const rows = useStore(course, (s) => s.rows);
  const scan = useLab((s) => s.scan);
  const subject = useLab((s) => s.subject);
  const growth = useMemo(() => (scan?.label ? growthOf(rows, scan.subject, scan.label) : null), [rows, scan]);
  const picture = useMemo(
    () => (isThere && scan && growth && growth.points.length > 1 ? growthPicture(growth, scan.subject, scan.scan) : null),
    [isThere, growth, scan],
  );
  useEffect(() => () => picture?.dispose(), [picture]);
  if (!picture || !subject) return null;
  const width = WIDTH * subject.radius;
  const height = (width * GROWTH_PX.height) / GROWTH_PX.width;
  const { x, y, z } = subject.centre;
  return (
    <sprite
      name="growth"
      position={[x, y + ABOVE * subject.radius + height / 2, z]}
      scale={[width, height, 1]}
      raycast={() => undefined}
    >
      <spriteMaterial map={picture} />
    </sprite>
  );
}
