/** How the headset is used: with which hand, and what drawing costs. */
import { Container } from "@react-three/uikit";
import { useStore } from "zustand";
import { count, megabytes } from "../../format";
import { budget, MOST_CALLS, MOST_TRIANGLES } from "../../state/budget";
import { settings, toggleLeftHanded } from "../../state/settings";
import { Button } from "../Button";
import { bringBoard } from "../held";
import { plain } from "../look";
import { Row, Small } from "./Words";

export function Tools() {
  const leftHanded = useStore(settings, (s) => s.leftHanded);
  return (
    <Container flexDirection="column" gap={10}>
      <Container gap={8}>
        <Button pressed={leftHanded} onClick={swapSides}>
          Left-handed
        </Button>
      </Container>
      <Meter />
    </Container>
  );
}

function swapSides(): void {
  toggleLeftHanded();
  bringBoard();
}

function Meter() {
  const { calls, triangles, textureBytes, frameP95Ms } = useStore(budget);
  return (
    <Container flexDirection="column" gap={6}>
      <Row name="Draw calls">
        <Small bright>{`${calls} of ${MOST_CALLS}`}</Small>
      </Row>
      <Row name="Triangles">
        <Small bright>{plain(`${count(triangles)} of ${count(MOST_TRIANGLES)}`)}</Small>
      </Row>
      <Row name="Textures">
        <Small bright>{megabytes(textureBytes)}</Small>
      </Row>
      <Row name="19 of 20 frames within">
        <Small bright>{frameP95Ms === null ? "..." : `${frameP95Ms.toFixed(1)} ms`}</Small>
      </Row>
    </Container>
  );
}
