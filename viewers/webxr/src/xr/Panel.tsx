/** The numbers, the frame slider and the scans on a board beside the tumour. */
import { Container, Text } from "@react-three/uikit";
import { useHandle } from "@react-three/handle";
import { type ComponentRef, type ReactNode, type RefObject, useRef } from "react";
import type { Group } from "three";
import { useStore } from "zustand";
import { between, dimensions, magnification, significant, spacing, title } from "../format";
import { openScan, showView } from "../link";
import type { Measured, ScanOpened } from "../protocol.gen";
import { isMeasuredBefore, VIEW_WORDS, VIEWS } from "../state/lab";
import { useLab } from "../useLab";
import { Button } from "./Button";
import { CompareTools } from "./CompareTools";
import { comeBack, held } from "./held";
import { FrameSlider } from "./FrameSlider";
import { BOARD, INK, plain } from "./look";
import { MeasureTools } from "./MeasureTools";
import { leave } from "./session";
import { Together } from "./Together";

export function Panel({ place }: { place: RefObject<Group | null> }) {
  const scan = useLab((s) => s.scan);
  const measured = useLab((s) => (isMeasuredBefore(s) ? null : s.measured));
  const connection = useLab((s) => s.connection);
  const failure = useLab((s) => s.failure);
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
        {scan && <Numbers scan={scan} measured={measured} />}
        {scan && <FrameSlider board={place} />}
        <Scans />
        <Views />
        <MeasureTools />
        <CompareTools />
        <Together />
        {(connection !== "open" || failure) && (
          <Text fontSize={13} color={INK.amber} width="100%">
            {plain(failure ?? "Connecting to the lab again ...")}
          </Text>
        )}
        <Container gap={8}>
          <Button onClick={comeBack}>Bring back</Button>
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

function Numbers({ scan, measured }: { scan: ScanOpened; measured: Measured | null }) {
  if (scan.label === null) return <Small>No mask yet: frames alone</Small>;
  return (
    <Container flexDirection="column" gap={8}>
      <Container alignItems="flex-end" gap={6}>
        <Text fontSize={40} fontWeight="semi-bold" color={INK.bright} lineHeight={1}>
          {measured ? significant(measured.volume_mm3) : "..."}
        </Text>
        <Unit power="3" size={18} />
      </Container>
      {measured && (
        <>
          <Row name="95 % between">
            <Small bright>{plain(between(measured.interval_mm3))}</Small>
            <Unit power="3" />
          </Row>
          <Row name="Length, width, height">
            <Small bright>{plain(dimensions(measured.extent_mm))}</Small>
            <Unit />
          </Row>
          <Row name="Surface">
            <Small bright>{significant(measured.surface_mm2)}</Small>
            <Unit power="2" />
          </Row>
          <Row name="Caliper">
            <Small bright>{significant(measured.caliper_mm3)}</Small>
            <Unit power="3" />
          </Row>
        </>
      )}
      <Row name={plain(`Spacing (${scan.spacing_source})`)}>
        <Small bright>{plain(spacing(scan.spacing_mm))}</Small>
        <Unit />
      </Row>
    </Container>
  );
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <Container justifyContent="space-between" alignItems="center">
      <Small>{name}</Small>
      <Container gap={4} alignItems="flex-end">
        {children}
      </Container>
    </Container>
  );
}

function Small({ children, bright = false }: { children: ReactNode; bright?: boolean }) {
  return (
    <Text fontSize={13} color={bright ? INK.bright : INK.dim}>
      {children}
    </Text>
  );
}

/** mm, mm² or mm³; the font on the board has no raised digits. */
function Unit({ power, size = 13 }: { power?: "2" | "3"; size?: number }) {
  return (
    <Container alignItems="flex-start">
      <Text fontSize={size} color={INK.dim}>
        mm
      </Text>
      {power && (
        <Text fontSize={size * 0.68} color={INK.dim}>
          {power}
        </Text>
      )}
    </Container>
  );
}

function Scans() {
  const scans = useLab((s) => s.scans);
  const open = useLab((s) => s.scan?.scan);
  if (scans.length < 2) return null;
  return (
    <Container flexWrap="wrap" gap={8}>
      {scans.map((card) => (
        <Button key={card.id} pressed={card.id === open} onClick={() => openScan(card.id)}>
          {plain(title(card, card.id))}
        </Button>
      ))}
    </Container>
  );
}

function Views() {
  const view = useLab((s) => s.view);
  return (
    <Container gap={8}>
      {VIEWS.map((name) => (
        <Button key={name} pressed={name === view} onClick={() => showView(name)}>
          {VIEW_WORDS[name]}
        </Button>
      ))}
    </Container>
  );
}
