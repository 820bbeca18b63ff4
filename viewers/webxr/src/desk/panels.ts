/** Where the three planes lie on the stage, in whole CSS pixels from its top left. */
export interface Rect {
  left: number;
  top: number;
  width: number;
  height: number;
}

const NARROW_PX = 620;
const WIDEST_PX = 300;
const GAP_PX = 8;

/** A column at the right, or on a narrow stage a row at its foot; `count` panels of one size. */
export function panelRects(width: number, height: number, count: number): Rect[] {
  const isNarrow = width < NARROW_PX;
  const long = isNarrow ? width : height;
  const side = Math.floor((long - (count + 1) * GAP_PX) / count);
  const across = Math.floor(isNarrow ? 0.28 * height : Math.min(WIDEST_PX, 0.32 * width));
  return Array.from({ length: count }, (_, n) => {
    const along = GAP_PX + n * (side + GAP_PX);
    return isNarrow
      ? { left: along, top: height - across - GAP_PX, width: side, height: across }
      : { left: width - across - GAP_PX, top: along, width: across, height: side };
  });
}

/** The largest rectangle of a picture's shape, to a pixel, in the middle of another. */
export function fitted({ left, top, width, height }: Rect, [wide, high]: readonly [number, number]): Rect {
  const scale = Math.min(width / wide, height / high);
  const [w, h] = [Math.round(wide * scale), Math.round(high * scale)];
  return { left: left + Math.floor((width - w) / 2), top: top + Math.floor((height - h) / 2), width: w, height: h };
}

/** How far the middle of what is left of the stage lies from the stage's own middle, to the right and down. */
export function shiftBy(width: number, height: number): [number, number] {
  const [panel] = panelRects(width, height, 3);
  if (!panel) return [0, 0];
  return width < NARROW_PX ? [0, -(panel.height + GAP_PX) / 2] : [-(panel.width + GAP_PX) / 2, 0];
}
