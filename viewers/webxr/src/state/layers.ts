/** Which parts of what is shown are drawn; how the tumour is cut is the view's business. */
import { createStore } from "zustand/vanilla";
import { type View, VIEW_WORDS, VIEWS } from "./lab";

export type Layer = "tumour" | "shell" | "frame" | "outline";
export const LAYERS: readonly Layer[] = ["tumour", "shell", "frame", "outline"];
export const LAYER_WORDS: Record<Layer, string> = { tumour: "Tumour", shell: "Shell", frame: "Frame", outline: "Outline" };

/** There are outlines in every view on the probe, on the three planes, and of a mask that is compared. */
const DRAWN_IN: Record<Layer, readonly View[]> = {
  tumour: ["cut", "solid"],
  shell: ["cut", "glass", "inside"],
  frame: VIEWS.filter((view) => view !== "inside"),
  outline: VIEWS.filter((view) => view !== "inside"),
};

/** Whether a view draws a layer that is switched on. */
export function isDrawn(layer: Layer, view: View, hasOtherOutlines: boolean): boolean {
  return DRAWN_IN[layer].includes(view) || (layer === "outline" && hasOtherOutlines);
}

/** "Cut, Glass and Inside show it": where a layer is to be found. */
export function whereDrawn(layer: Layer): string {
  const names = DRAWN_IN[layer].map((view) => VIEW_WORDS[view]);
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)} show it`;
}

export const layers = createStore<Record<Layer, boolean>>(() => ({ tumour: true, shell: true, frame: true, outline: true }));

export function showLayer(layer: Layer, isShown: boolean): void {
  layers.setState({ [layer]: isShown });
}

export function toggleLayer(layer: Layer): void {
  layers.setState((shown) => ({ [layer]: !shown[layer] }));
}
