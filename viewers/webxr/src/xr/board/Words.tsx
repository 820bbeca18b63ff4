/** Small text on the board: a line, a row of two, a unit. */
import { Container, Text } from "@react-three/uikit";
import type { ReactNode } from "react";
import { INK, TEXT } from "../look";

export function Small({ children, bright = false }: { children: ReactNode; bright?: boolean }) {
  return (
    <Text fontSize={TEXT.small} color={bright ? INK.bright : INK.dim}>
      {children}
    </Text>
  );
}

export function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <Container justifyContent="space-between" alignItems="center">
      <Small>{name}</Small>
      <Container gap={4} alignItems="flex-end">
        {children}
      </Container>
    </Container>
  );
}

/** mm, mm² or mm³; the font on the board has no raised digits. */
export function Unit({ power, size = TEXT.small }: { power?: "2" | "3"; size?: number }) {
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
