import { Container, Text } from "@react-three/uikit";
import { INK, TEXT } from "./look";
import { reach } from "./reach";

interface ButtonProps {
  children: string;
  onClick: () => void;
  /** The choice that holds. */
  pressed?: boolean;
  /** It would do nothing: it is dim, and cannot be pressed. */
  disabled?: boolean;
  width?: number;
  /** By which `window.parasam` tells where it is; its words where none is given. */
  name?: string;
}

export function Button({ children, onClick, pressed = false, disabled = false, width, name = children }: ButtonProps) {
  const isLit = pressed && !disabled;
  const ground = isLit ? INK.amber : INK.well;
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
      backgroundColor={ground}
      hover={{ backgroundColor: isLit || disabled ? ground : INK.hover }}
      opacity={disabled ? 0.5 : 1}
      onClick={disabled ? undefined : onClick}
    >
      <Text fontSize={TEXT.button} fontWeight={isLit ? "semi-bold" : "normal"} color={isLit ? INK.board : INK.bright}>
        {children}
      </Text>
    </Container>
  );
}
