/** Which parts of what is shown are drawn; how the tumour is cut is the view's business. */
import { createStore } from "zustand/vanilla";

export type Layer = "tumour" | "glass" | "frame" | "outline";
export const LAYERS: readonly Layer[] = ["tumour", "glass", "frame", "outline"];
export const LAYER_WORDS: Record<Layer, string> = { tumour: "Tumour", glass: "Glass", frame: "Frame", outline: "Outline" };

export const layers = createStore<Record<Layer, boolean>>(() => ({ tumour: true, glass: true, frame: true, outline: true }));

export function showLayer(layer: Layer, isShown: boolean): void {
  layers.setState({ [layer]: isShown });
}

export function toggleLayer(layer: Layer): void {
  layers.setState((shown) => ({ [layer]: !shown[layer] }));
}
