/** A name, above a head or elsewhere, turned to the eyes; drawn by the browser, so that it knows all letters. */
import { useEffect, useMemo } from "react";
import { CanvasTexture, LinearFilter } from "three";

const SIZE_PX = { width: 512, height: 96 };
export const TAG_WIDTH_M = 0.34;
const ABOVE_M = 0.2;
const FONT = '600 48px "Inter", system-ui, sans-serif';

export function NameTag({ text, colour, above = ABOVE_M }: { text: string; colour: string; above?: number }) {
  const texture = useMemo(() => written(text, colour), [text, colour]);
  useEffect(() => () => texture.dispose(), [texture]);
  return (
    <sprite position={[0, above, 0]} scale={[TAG_WIDTH_M, (TAG_WIDTH_M * SIZE_PX.height) / SIZE_PX.width, 1]} raycast={() => undefined}>
      <spriteMaterial map={texture} depthWrite={false} />
    </sprite>
  );
}

function written(text: string, colour: string): CanvasTexture {
  const canvas = Object.assign(document.createElement("canvas"), SIZE_PX);
  const context = canvas.getContext("2d");
  if (context) {
    const { width, height } = SIZE_PX;
    Object.assign(context, { font: FONT, textAlign: "center", textBaseline: "middle" });
    const wide = Math.min(width, context.measureText(text).width + 56);
    context.fillStyle = "#10151de0";
    context.roundRect((width - wide) / 2, 4, wide, height - 8, 40);
    context.fill();
    context.fillStyle = colour;
    context.fillText(text, width / 2, height / 2, width - 56);
  }
  const texture = new CanvasTexture(canvas);
  texture.minFilter = LinearFilter;
  texture.generateMipmaps = false;
  return texture;
}
