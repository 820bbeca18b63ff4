/** What sticks, grips and pinches do, on the page of the board that is open at first. */
import { Text } from "@react-three/uikit";
import { useXR } from "@react-three/xr";
import { useStore } from "zustand";
import { settings } from "../../state/settings";
import { INK, plain, TEXT } from "../look";
import { helpFor } from "./help";

export function Help() {
  const isVr = useXR((xr) => xr.mode === "immersive-vr");
  const hasHands = useXR((xr) => xr.inputSourceStates.some(({ type }) => type === "hand"));
  const leftHanded = useStore(settings, (s) => s.leftHanded);
  return (
    <Text fontSize={TEXT.small} color={INK.dim} width="100%">
      {plain(helpFor({ isVr, hasHands, leftHanded }))}
    </Text>
  );
}
