/** The board beside the tumour: the volume, the frame slider, pages, and what is pressed most. */
import { Container, Text } from "@react-three/uikit";
import { useHandle } from "@react-three/handle";
import { type ComponentRef, type RefObject, useRef } from "react";
import type { Group } from "three";
import { useStore } from "zustand";
import { magnification, title } from "../format";
import { notice } from "../state/notice";
import { askForPicture } from "../state/pictures";
import { useLab } from "../useLab";
import { Tabs } from "./board/Tabs";
import { VolumeNumber } from "./board/Numbers";
import { Button } from "./Button";
import { comeBack, held, toggleTrueSize } from "./held";
import { FrameSlider } from "./FrameSlider";
import { BOARD, INK, plain, TEXT } from "./look";
import { leave } from "./session";
import { Together } from "./Together";

export function Panel({ place }: { place: RefObject<Group | null> }) {
  const scan = useLab((s) => s.scan);
  const grip = useRef<ComponentRef<typeof Container>>(null);
  useHandle(place, { handle: grip, scale: false });
  return (
    <group ref={place} name="panel">
      <Container
        pixelSize={BOARD.pixelSize}
        width={BOARD.width}
        flexDirection="column"
        gap={14}
        padding={BOARD.padding}
        borderRadius={22}
        borderWidth={1}
        borderColor={INK.edge}
        backgroundColor={INK.board}
      >
        <Container ref={grip} justifyContent="space-between" alignItems="center" hover={{ opacity: 0.8 }}>
          <Text fontSize={19} fontWeight="semi-bold" color={INK.bright}>
            {plain(scan ? title(scan, scan.scan) : "ParaSAM lab")}
          </Text>
          <Magnified />
        </Container>
        {scan && <VolumeNumber />}
        {scan && <FrameSlider board={place} />}
        <Tabs />
        <Together />
        <Said />
        <Container gap={8} flexWrap="wrap">
          <Button onClick={comeBack}>Bring back</Button>
          <TrueSize />
          <Button onClick={askForPicture}>Picture</Button>
          <Button onClick={leave}>Leave</Button>
        </Container>
      </Container>
    </group>
  );
}

function Magnified() {
  const scale = useStore(held, (s) => magnification(s.magnification));
  return (
    <Text fontSize={15} color={INK.amber}>
      {plain(scale)}
    </Text>
  );
}

function TrueSize() {
  const isTrue = useStore(held, (s) => s.magnification === 1);
  return (
    <Button pressed={isTrue} onClick={toggleTrueSize}>
      True size
    </Button>
  );
}

/** What went wrong, what came to pass, or what is waited for. */
function Said() {
  const connection = useLab((s) => s.connection);
  const failure = useLab((s) => s.failure);
  const told = useStore(notice, (s) => s.text);
  const text = failure ?? told ?? (connection === "open" ? null : "Connecting to the lab again ...");
  if (text === null) return null;
  return (
    <Text fontSize={TEXT.small} color={INK.amber} width="100%">
      {plain(text)}
    </Text>
  );
}
