/** Surfaces in the colours of the frames that they go through. */
import { useMemo } from "react";
import { BufferAttribute, type BufferGeometry, Color, type Matrix4, Vector3 } from "three";
import { useStore } from "zustand";
import { confidence, frameColours } from "../state/confidence";
import type { Rgb } from "../state/ramp";
import { useLab } from "../useLab";

/** One colour a frame; null where the surface is to have its own. */
export function useFrameColours(): readonly Rgb[] | null {
  const isShown = useStore(confidence, (s) => s.isShown);
  const measured = useLab((s) => s.measured);
  return useMemo(() => (isShown && measured && measured.confidence.length > 0 ? frameColours(measured) : null), [isShown, measured]);
}

/** Give each vertex the colour of the frame that it is nearest to. */
export function paintByFrame(geometry: BufferGeometry, indexFromScene: Matrix4, colours: readonly Rgb[]): void {
  const position = geometry.attributes["position"];
  if (!position) return;
  paint(geometry, colours, position.count, (i) => POINT.fromBufferAttribute(position, i).applyMatrix4(indexFromScene).z);
}

/** Give each vertex the colour of a frame. */
export function paint(geometry: BufferGeometry, colours: readonly Rgb[], count: number, frameOf: (vertex: number) => number): void {
  const painted = new Float32Array(3 * count);
  const linear = colours.map((colour) => new Color().setRGB(...colour, "srgb"));
  for (let i = 0; i < count; i += 1) {
    const frame = Math.min(Math.max(Math.round(frameOf(i)), 0), linear.length - 1);
    linear[frame]?.toArray(painted, 3 * i);
  }
  geometry.setAttribute("color", new BufferAttribute(painted, 3));
}

const POINT = new Vector3();
