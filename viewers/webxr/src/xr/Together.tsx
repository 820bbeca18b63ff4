/** Share the scene or go one's own way, on the board. */
import { Container, Text } from "@react-three/uikit";
import { useStore } from "zustand";
import { go } from "../link";
import { company, nameOf } from "../state/company";
import { Button } from "./Button";
import { INK, plain, TEXT } from "./look";

export function Together() {
  const name = useStore(company, (s) => s.name);
  const together = useStore(company, (s) => s.together);
  const people = useStore(company, (s) => s.people);
  const others = people.filter((person) => !person.away);
  if (others.length === 0) return null;
  const who = others.map(nameOf).join(", ");
  return (
    <Container justifyContent="space-between" alignItems="center" gap={8}>
      <Text fontSize={TEXT.small} color={INK.dim}>
        {plain(`With you: ${who}`)}
      </Text>
      <Button pressed={together} onClick={() => go(name, !together)}>
        Share the scene
      </Button>
    </Container>
  );
}
