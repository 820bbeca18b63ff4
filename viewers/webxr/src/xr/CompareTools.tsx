/** Another mask of the scan, drawn with the one that is open: chosen on the board, with the colours' legend. */
import { Container, Text } from "@react-three/uikit";
import { useStore } from "zustand";
import { significant } from "../format";
import { compareWith } from "../net/against";
import { against, showWay, WAY_WORDS, WAYS } from "../state/against";
import { cssOfDistance } from "../state/distances";
import { useLab } from "../useLab";
import { Button } from "./Button";
import { Scale } from "./board/Scale";
import { INK, plain, TEXT } from "./look";

export function CompareTools() {
  const labels = useLab((s) => s.scan?.labels);
  const label = useLab((s) => s.scan?.label);
  const { other, way, compared } = useStore(against);
  const others = label ? (labels ?? []).filter((name) => name !== label) : [];
  if (others.length === 0) {
    return (
      <Text fontSize={TEXT.small} color={INK.dim} width="100%">
        This scan has no other mask to compare with
      </Text>
    );
  }
  return (
    <Container flexDirection="column" gap={8}>
      <Container gap={8} flexWrap="wrap" alignItems="center">
        <Text fontSize={TEXT.small} color={INK.dim}>
          Compare with
        </Text>
        {others.map((name) => (
          <Button key={name} pressed={name === other} onClick={() => void compareWith(name === other ? null : name)}>
            {plain(name)}
          </Button>
        ))}
      </Container>
      {other !== null && (
        <Container gap={8}>
          {WAYS.map((name) => (
            <Button key={name} pressed={name === way} onClick={() => showWay(name)}>
              {WAY_WORDS[name]}
            </Button>
          ))}
        </Container>
      )}
      {compared && way === "distances" && <Legend rangeMm={compared.rangeMm} />}
    </Container>
  );
}

function Legend({ rangeMm }: { rangeMm: number }) {
  const end = significant(rangeMm, 1);
  return <Scale colourOf={(part) => cssOfDistance(2 * part - 1)} words={[`-${end} mm, within`, "0", `+${end} mm, outside`]} />;
}
