/** A picture as a PNG with a strip below it that says how long a millimetre is. */
import { saveBlob } from "../net/save";
import { roundLengthMm } from "../scene/framing";
import type { Picture } from "../scene/probePicture";

const STRIP_PX = 28;
const LONGEST_BAR = 0.4;

export async function savePicture(picture: Picture, name: string): Promise<void> {
  saveBlob(await pngOf(picture), `${name}.png`);
}

async function pngOf({ width, height, mmPerPixel, pixels }: Picture): Promise<Blob> {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height + STRIP_PX;
  const context = canvas.getContext("2d");
  if (!context) throw new Error("expected a canvas that can be drawn on; reload the page");
  context.fillStyle = "#000";
  context.fillRect(0, 0, canvas.width, canvas.height);
  const opaque = new Uint8ClampedArray(pixels);
  for (let i = 3; i < opaque.length; i += 4) opaque[i] = 255;
  context.putImageData(new ImageData(opaque, width, height), 0, 0);
  const barMm = roundLengthMm(width * mmPerPixel * LONGEST_BAR);
  const barPx = Math.round(barMm / mmPerPixel);
  context.fillStyle = "#fff";
  context.fillRect(8, height + STRIP_PX - 8, barPx, 3);
  context.font = "12px sans-serif";
  context.fillText(`${barMm} mm`, 8, height + STRIP_PX - 12);
  return new Promise((done, failed) => {
    canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("expected a PNG, got none; reload the page"))), "image/png");
  });
}
