import { Container, Text } from "@react-three/uikit";
import { INK, TEXT } from "./look";
import { reach } from "./reach";

interface ButtonProps {
  children: string;
  onClick: () => void;
  /** The choice that holds. */
  pressed?: boolean;
  width?: number;
  /** By which `window.parasam` tells where it is; its words where none is given. */
  name?: string;
}

export function Button({ children, onClick, pressed = false, width, name = children }: ButtonProps) {
  return (
    <Container
      ref={(button) => {
        reach[name] = button;
        return () => void delete reach[name];
      }}
      width={width}
      paddingX={11}
      paddingY={9}
      borderRadius={12}
      backgroundColor={pressed ? INK.amber : INK.well}
      hover={{ backgroundColor: pressed ? INK.amber : INK.hover }}
      onClick={onClick}
    >
      <Text fontSize={TEXT.button} fontWeight={pressed ? "semi-bold" : "normal"} color={pressed ? INK.board : INK.bright}>
        {children}
      </Text>
    </Container>
  );
}
