/** The level planes at a table's height that the headset found in the room. */
import { Matrix4, Vector3 } from "three";
import { floor } from "./floorHeight";
import { inRoom } from "./origin";
import { isTableHeight, type Surface } from "./surfaces";

const LEVEL = 0.97;

export function tablesIn(frame: XRFrame, space: XRReferenceSpace): Surface[] {
  return [...(frame.detectedPlanes ?? [])].flatMap((plane) => tableFrom(plane, frame, space) ?? []);
}

function tableFrom(plane: XRPlane, frame: XRFrame, space: XRReferenceSpace): Surface | null {
  const pose = frame.getPose(plane.planeSpace, space);
  if (!pose) return null;
  const matrix = inRoom(pose.transform, new Matrix4());
  const up = new Vector3(0, 1, 0).transformDirection(matrix);
  const { y } = new Vector3().setFromMatrixPosition(matrix);
  if (Math.abs(up.y) < LEVEL || !isTableHeight(y - floor.y)) return null;
  const corners = plane.polygon.map((corner) => {
    const at = new Vector3(corner.x, corner.y, corner.z).applyMatrix4(matrix);
    return [at.x, at.z] as const;
  });
  return { kind: "table", y, corners };
}
