/** Lines of words on one picture, drawn by the browser, so that it knows all letters. */
import { CanvasTexture, LinearFilter, SRGBColorSpace } from "three";
import type { Words } from "./annotations";

/** Drawn so many times as large as it is shown, to be sharp. */
const FINE = 2;
const FONT_PX = 15;
const LINE_PX = 26;
const LONGEST_PX = 320;
const MARGIN_PX = 9;
const COLUMNS = 3;
const FONT = `600 ${FONT_PX}px "Inter", system-ui, sans-serif`;

/** Where one of them is on the picture: 0 to 1, left, top, width, height; and its size when shown. */
export interface Place {
  left: number;
  top: number;
  width: number;
  height: number;
  widthPx: number;
  heightPx: number;
}

export interface Atlas {
  texture: CanvasTexture;
  places: Place[];
}

export function atlasOf(words: readonly Pick<Words, "text" | "colour">[]): Atlas {
  const rows = Math.ceil(words.length / COLUMNS);
  const size = { width: Math.min(words.length, COLUMNS) * LONGEST_PX, height: rows * LINE_PX };
  const canvas = Object.assign(document.createElement("canvas"), { width: size.width * FINE, height: size.height * FINE });
  const context = canvas.getContext("2d");
  context?.scale(FINE, FINE);
  const places = words.map(({ text, colour }, i) => {
    const corner = { x: (i % COLUMNS) * LONGEST_PX, y: Math.floor(i / COLUMNS) * LINE_PX };
    const widthPx = context ? write(context, text, colour, corner) : LONGEST_PX;
    return {
      left: corner.x / size.width,
      top: corner.y / size.height,
      width: widthPx / size.width,
      height: LINE_PX / size.height,
      widthPx,
      heightPx: LINE_PX,
    };
  });
  return { texture: textureOf(canvas), places };
}

/** On a dark ground with round ends; gives how wide it is. */
function write(context: CanvasRenderingContext2D, text: string, colour: string, { x, y }: { x: number; y: number }): number {
  Object.assign(context, { font: FONT, textBaseline: "middle" });
  const widest = LONGEST_PX - 2 * MARGIN_PX;
  const shown = shortened(context, text.replaceAll(/\s+/g, " "), widest);
  const width = Math.ceil(context.measureText(shown).width) + 2 * MARGIN_PX;
  context.fillStyle = "#10151de6";
  context.beginPath();
  context.roundRect(x + 1, y + 1, width - 2, LINE_PX - 2, LINE_PX / 2);
  context.fill();
  context.fillStyle = colour;
  context.fillText(shown, x + MARGIN_PX, y + LINE_PX / 2 + 1, widest);
  return width;
}

function shortened(context: CanvasRenderingContext2D, text: string, widest: number): string {
  if (context.measureText(text).width <= widest) return text;
  const letters = [...text];
  while (letters.length > 1 && context.measureText(`${letters.join("")}…`).width > widest) letters.pop();
  return `${letters.join("")}…`;
}

function textureOf(canvas: HTMLCanvasElement): CanvasTexture {
  const texture = new CanvasTexture(canvas);
  texture.colorSpace = SRGBColorSpace;
  texture.minFilter = LinearFilter;
  texture.generateMipmaps = false;
  texture.flipY = false;
  return texture;
}
