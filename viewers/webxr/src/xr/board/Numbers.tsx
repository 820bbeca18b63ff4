/** The volume with its interval, always there; the other numbers on a page of their own. */
import { Container, Text } from "@react-three/uikit";
import { between, dimensions, significant, spacing } from "../../format";
import type { Measured } from "../../protocol.gen";
import { isMeasuredBefore } from "../../state/lab";
import { useLab } from "../../useLab";
import { INK, plain, TEXT } from "../look";
import { Help } from "./Help";
import { Row, Small, Unit } from "./Words";

function useMeasured(): Measured | null {
  return useLab((s) => (isMeasuredBefore(s) ? null : s.measured));
}

export function VolumeNumber() {
  const hasLabel = useLab((s) => s.scan !== null && s.scan.label !== null);
  const measured = useMeasured();
  if (!hasLabel) return <Small>No mask yet: frames alone</Small>;
  return (
    <Container justifyContent="space-between" alignItems="flex-end">
      <Container alignItems="flex-end" gap={6}>
        <Text fontSize={40} fontWeight="semi-bold" color={INK.bright} lineHeight={1}>
          {measured ? significant(measured.volume_mm3) : "..."}
        </Text>
        <Unit power="3" size={18} />
      </Container>
      {measured && (
        <Container flexDirection="column" alignItems="flex-end">
          <Small>95 % between</Small>
          <Text fontSize={TEXT.button} color={INK.bright}>
            {plain(between(measured.interval_mm3))}
          </Text>
        </Container>
      )}
    </Container>
  );
}

export function Numbers() {
  const scan = useLab((s) => s.scan);
  const measured = useMeasured();
  if (!scan) return null;
  return (
    <Container flexDirection="column" gap={8}>
      {measured && (
        <>
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
      <Row name="Spacing">
        <Small bright>{plain(spacing(scan.spacing_mm))}</Small>
        <Unit />
      </Row>
      <Small>{plain(`from ${scan.spacing_source}`)}</Small>
      <Help />
    </Container>
  );
}
