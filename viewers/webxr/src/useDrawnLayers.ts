import { useStore } from "zustand";
import { against } from "./state/against";
import { isDrawn, type Layer, LAYERS } from "./state/layers";
import { planes } from "./state/planes";
import { probe } from "./state/probe";
import { useLab } from "./useLab";

/** The layers that can be seen in the present view where they are switched on. */
export function useDrawnLayers(): readonly Layer[] {
  const view = useLab((s) => s.view);
  const isProbeOut = useStore(probe, (s) => s.isOut);
  const arePlanesShown = useStore(planes, (s) => s.areShown);
  const isCompared = useStore(against, (s) => s.other !== null);
  return LAYERS.filter((layer) => isDrawn(layer, view, isProbeOut || arePlanesShown || isCompared));
}
