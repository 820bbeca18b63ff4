/** The growth curve as a picture, for where there is no page: volumes with their intervals over time. */
import { CanvasTexture, LinearFilter } from "three";
import { significant } from "../format";
import { type Growth, type GrowthPoint, roundTicks, type Scale, scaled } from "../state/growth";

export const GROWTH_PX = { width: 1024, height: 640 };
const PLOT = { left: 130, right: 980, top: 96, bottom: 530 };
const INSET = 60;
const INK = { board: "#10151df2", rule: "#2b3646", text: "#c6d2e0", bright: "#f2f5f9", line: "#ff8a73", open: "#ffb000" };
const FONT = 'px "Inter", system-ui, sans-serif';

export function growthPicture(growth: Growth, subject: string, open: string): CanvasTexture {
  const canvas = Object.assign(document.createElement("canvas"), GROWTH_PX);
  const context = canvas.getContext("2d");
  if (context) paint(context, growth, subject, open);
  const texture = new CanvasTexture(canvas);
  texture.minFilter = LinearFilter;
  texture.generateMipmaps = false;
  return texture;
}

function paint(pen: CanvasRenderingContext2D, growth: Growth, subject: string, open: string): void {
  const { points, isInDays } = growth;
  const volumes = roundTicks(0, Math.max(...points.map(({ highMm3 }) => highMm3)), 4);
  const y = scaled([0, volumes.at(-1) ?? 1], [PLOT.bottom, PLOT.top]);
  const x = scaled([points[0]?.at ?? 0, points.at(-1)?.at ?? 1], [PLOT.left + INSET, PLOT.right - INSET]);
  pen.fillStyle = INK.board;
  pen.roundRect(0, 0, GROWTH_PX.width, GROWTH_PX.height, 40);
  pen.fill();
  write(pen, `${subject}: mm³ over ${isInDays ? "days" : "time"}`, PLOT.left, 54, { size: 38, colour: INK.bright });
  for (const mm3 of volumes) {
    line(pen, INK.rule, 2, [[PLOT.left, y(mm3)], [PLOT.right, y(mm3)]]);
    write(pen, `${mm3}`, PLOT.left - 16, y(mm3), { align: "right" });
  }
  line(pen, INK.line, 5, points.map((p) => [x(p.at), y(p.volumeMm3)]));
  for (const point of points) put(pen, point, x(point.at), y, point.scan === open, isInDays);
}

function put(pen: CanvasRenderingContext2D, point: GrowthPoint, x: number, y: Scale, isOpen: boolean, isInDays: boolean): void {
  const colour = isOpen ? INK.open : INK.line;
  line(pen, colour, 4, [[x, y(point.lowMm3)], [x, y(point.highMm3)]]);
  pen.beginPath();
  pen.arc(x, y(point.volumeMm3), isOpen ? 15 : 11, 0, 2 * Math.PI);
  pen.fillStyle = colour;
  pen.fill();
  write(pen, significant(point.volumeMm3), x, y(point.highMm3) - 34, { align: "center", colour: INK.bright });
  write(pen, isInDays ? `${point.at}` : point.timepoint, x, PLOT.bottom + 46, { align: "center" });
}

function write(pen: CanvasRenderingContext2D, text: string, x: number, y: number, { size = 30, colour = INK.text, align = "left" as CanvasTextAlign } = {}): void {
  Object.assign(pen, { font: `${size}${FONT}`, fillStyle: colour, textAlign: align, textBaseline: "middle" });
  pen.fillText(text, x, y);
}

function line(pen: CanvasRenderingContext2D, colour: string, width: number, points: readonly (readonly [number, number])[]): void {
  Object.assign(pen, { strokeStyle: colour, lineWidth: width, lineCap: "round" });
  pen.beginPath();
  points.forEach(([x, y], n) => (n === 0 ? pen.moveTo(x, y) : pen.lineTo(x, y)));
  pen.stroke();
}
