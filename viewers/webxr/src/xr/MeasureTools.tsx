/** Distances, angles and notes, on the board; there is no keyboard, so a note says one of a few words. */
import { Container, Text } from "@react-three/uikit";
import { useStore } from "zustand";
import { remove, rename, takeBackRemoval } from "../net/marks";
import type { Mark } from "../protocol.gen";
import { KIND_WORDS, KINDS, nameOf, wordsOf } from "../state/marks";
import { measuring, showDiameters, takeTool } from "../state/measuring";
import { useLab } from "../useLab";
import { Button } from "./Button";
import { INK, plain, TEXT } from "./look";

const WORDS = ["Necrosis", "Vessel", "Capsule", "Invasion", "Look again"];

export function MeasureTools() {
  const tool = useStore(measuring, (s) => s.tool);
  const hasDiameters = useStore(measuring, (s) => s.hasDiameters);
  const chosen = useStore(measuring, (s) => s.chosen);
  const removed = useStore(measuring, (s) => s.removed);
  const mark = useLab((s) => s.marks.find(({ id }) => id === chosen));
  return (
    <Container flexDirection="column" gap={8}>
      <Container gap={8} flexWrap="wrap">
        {KINDS.map((kind) => (
          <Button key={kind} pressed={kind === tool} onClick={() => takeTool(kind)}>
            {KIND_WORDS[kind]}
          </Button>
        ))}
        <Button pressed={hasDiameters} onClick={() => showDiameters(!hasDiameters)}>
          L x W x H
        </Button>
      </Container>
      {tool && (
        <Text fontSize={TEXT.small} color={INK.dim} width="100%">
          Trigger or pinch puts a point; the grip still takes the tumour
        </Text>
      )}
      {mark && <Chosen mark={mark} />}
      {removed && <Removed mark={removed} />}
    </Container>
  );
}

function Removed({ mark }: { mark: Mark }) {
  return (
    <Container justifyContent="space-between" alignItems="center">
      <Text fontSize={TEXT.small} color={INK.dim}>
        {plain(`Removed ${nameOf(mark)}`)}
      </Text>
      <Button onClick={() => void takeBackRemoval()}>Undo</Button>
    </Container>
  );
}

function Chosen({ mark }: { mark: Mark }) {
  return (
    <Container flexDirection="column" gap={8}>
      <Container justifyContent="space-between" alignItems="center">
        <Text fontSize={15} color={INK.bright}>
          {plain(wordsOf(mark))}
        </Text>
        <Button onClick={() => void remove(mark.id)}>Remove</Button>
      </Container>
      {mark.kind === "note" && (
        <Container gap={8} flexWrap="wrap">
          {WORDS.map((word) => (
            <Button key={word} pressed={word === mark.text} onClick={() => void rename(mark, word)}>
              {word}
            </Button>
          ))}
        </Container>
      )}
    </Container>
  );
}
