/** How sure the model was: in colours, and from one doubtful frame to the next. */
import { Container } from "@react-three/uikit";
import { useStore } from "zustand";
import { lookAt } from "../../link";
import { confidence, cssOfConfidence, doubtfulAhead, isConfidenceKnown, LEAST, toggleConfidence } from "../../state/confidence";
import { useLab } from "../../useLab";
import { Button } from "../Button";
import { Scale } from "./Scale";
import { Small } from "./Words";

export function Confidence() {
  const isKnown = useLab(isConfidenceKnown);
  const count = useLab((s) => s.measured?.doubtful.length ?? 0);
  const next = useLab(doubtfulAhead);
  const isShown = useStore(confidence, (s) => s.isShown);
  if (!isKnown) return null;
  return (
    <>
      <Small>How sure the model was</Small>
      <Container gap={8} flexWrap="wrap">
        <Button name="confidence" pressed={isShown} onClick={toggleConfidence}>
          In colours
        </Button>
        {next !== null && (
          <Button name="doubtful" onClick={() => lookAt(next)}>
            {`Next doubtful frame (${count})`}
          </Button>
        )}
      </Container>
      {isShown && <Scale colourOf={(part) => cssOfConfidence(LEAST + (1 - LEAST) * part)} words={[`${LEAST}, look here`, "1, sure"]} />}
    </>
  );
}
