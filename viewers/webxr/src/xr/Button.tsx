import { Container, Text } from "@react-three/uikit";
import { INK } from "./look";

/** A button on the board; `pressed` shows the choice that holds. */
export function Button({ children, onClick, pressed = false }: { children: string; onClick: () => void; pressed?: boolean }) {
  return (
    <Container
      paddingX={14}
      paddingY={9}
      borderRadius={12}
      backgroundColor={pressed ? INK.amber : INK.well}
      hover={{ backgroundColor: pressed ? INK.amber : INK.hover }}
      onClick={onClick}
    >
      <Text fontSize={14} color={pressed ? INK.board : INK.bright}>
        {children}
      </Text>
    </Container>
  );
}
