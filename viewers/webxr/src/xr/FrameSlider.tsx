/** The frame slider on the board: touch, pinch or point at it and draw. */
import { Container, Text } from "@react-three/uikit";
import { type RefObject, useRef } from "react";
import type { Group, Object3D, Vector3 } from "three";
import { useStore } from "zustand";
import { lookAt } from "../link";
import { player, playOrStop } from "../state/player";
import { useLab } from "../useLab";
import { Button } from "./Button";
import { BOARD, INK, TEXT } from "./look";
import { reach } from "./reach";

const TRACK = BOARD.width - 2 * BOARD.padding - 2;

interface Drawn {
  pointerId: number;
  point: Vector3;
  currentTarget: Object3D;
  stopPropagation(): void;
}

export function FrameSlider({ board }: { board: RefObject<Group | null> }) {
  const last = useLab((s) => (s.scan ? s.scan.shape[0] - 1 : 0));
  const frame = useLab((s) => s.frame);
  const isPlaying = useStore(player, (s) => s.isPlaying);
  const holder = useRef<number | null>(null);

  const lookAtPoint = ({ point }: Drawn) => {
    if (!board.current) return;
    const { x } = board.current.worldToLocal(point.clone());
    lookAt((x / BOARD.pixelSize / TRACK + 0.5) * last);
  };
  const take = (event: Drawn) => {
    event.stopPropagation();
    event.currentTarget.setPointerCapture(event.pointerId);
    holder.current = event.pointerId;
    lookAtPoint(event);
  };
  const draw = (event: Drawn) => {
    if (holder.current === event.pointerId) lookAtPoint(event);
  };
  const letGo = (event: Drawn) => {
    if (holder.current === event.pointerId) holder.current = null;
  };

  return (
    <Container flexDirection="column" gap={6}>
      <Container justifyContent="space-between" alignItems="center">
        <Text fontSize={TEXT.small} color={INK.dim}>{`Frame ${frame} of ${last}`}</Text>
        <Button pressed={isPlaying} name="play" onClick={() => playOrStop(lookAt)}>
          {isPlaying ? "Stop" : "Play"}
        </Button>
      </Container>
      <Container
        ref={(track) => void (reach["slider"] = track)}
        width={TRACK}
        height={34}
        borderRadius={12}
        backgroundColor={INK.well}
        hover={{ backgroundColor: INK.hover }}
        alignItems="center"
        onPointerDown={take}
        onPointerMove={draw}
        onPointerUp={letGo}
        onPointerCancel={letGo}
      >
        <Container
          width={Math.max(12, (frame / Math.max(1, last)) * TRACK)}
          height={34}
          borderRadius={12}
          backgroundColor={INK.amber}
          pointerEvents="none"
        />
      </Container>
    </Container>
  );
}
