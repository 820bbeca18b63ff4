/** The probe, and how grey levels are drawn wherever they are. */
import { Container } from "@react-three/uikit";
import { useStore } from "zustand";
import { layProbe, putProbeAway, takeProbe } from "../../link";
import { ALL_LEVELS, areAllShown, levels, showWindow, windowOf } from "../../state/levels";
import { LIE_WORDS, LIES, probe } from "../../state/probe";
import { Button } from "../Button";
import { Row, Small } from "./Words";

export function Probe() {
  const isOut = useStore(probe, (s) => s.isOut);
  return (
    <Container flexDirection="column" gap={8}>
      <Small>A plane at any angle</Small>
      <Container gap={8} flexWrap="wrap">
        <Button name="probe" pressed={isOut} onClick={isOut ? putProbeAway : takeProbe}>
          {isOut ? "Put away" : "Take out"}
        </Button>
        {isOut &&
          LIES.map((name) => (
            <Button key={name} name={`lie ${name}`} onClick={() => layProbe(name)}>
              {LIE_WORDS[name]}
            </Button>
          ))}
      </Container>
      <GreyLevels />
    </Container>
  );
}

const STEP = 16;
const STEEPER = 0.8;

/** A lower level draws brighter, a narrower window steeper. */
function GreyLevels() {
  const shown = useStore(levels);
  const { level, width } = windowOf(shown);
  return (
    <>
      <Row name="Grey levels">
        <Small bright>{`level ${Math.round(level)}, window ${width}`}</Small>
      </Row>
      <Container gap={8} flexWrap="wrap">
        <Button onClick={() => showWindow({ level: level - STEP, width })}>Brighter</Button>
        <Button onClick={() => showWindow({ level: level + STEP, width })}>Darker</Button>
        <Button onClick={() => showWindow({ level, width: width * STEEPER })}>More contrast</Button>
        <Button onClick={() => showWindow({ level, width: width / STEEPER })}>Less contrast</Button>
        {!areAllShown(shown) && (
          <Button name="all levels" onClick={() => levels.setState(ALL_LEVELS)}>
            All levels
          </Button>
        )}
      </Container>
    </>
  );
}
