/** A legend: colours in a row, and words under it. */
import { Container, Text } from "@react-three/uikit";
import { BOARD, INK, TEXT } from "../look";

const STOPS = Array.from({ length: 17 }, (_, i) => i / 16);
const WIDTH = BOARD.width - 2 * BOARD.padding - 2;

interface Props {
  /** CSS colour of a part of the scale, 0 to 1. */
  colourOf: (part: number) => string;
  /** Spread from its beginning to its end. */
  words: readonly string[];
}

export function Scale({ colourOf, words }: Props) {
  return (
    <Container flexDirection="column" gap={4}>
      <Container>
        {STOPS.map((part) => (
          <Container key={part} width={WIDTH / STOPS.length} height={14} backgroundColor={colourOf(part)} />
        ))}
      </Container>
      <Container justifyContent="space-between">
        {words.map((word) => (
          <Text key={word} fontSize={TEXT.small} color={INK.bright}>
            {word}
          </Text>
        ))}
      </Container>
    </Container>
  );
}
