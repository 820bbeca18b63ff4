/** Which layers of the view are drawn. */
import { useStore } from "zustand";
import { LAYER_WORDS, LAYERS, layers, toggleLayer, whereDrawn } from "../state/layers";
import { useDrawnLayers } from "../useDrawnLayers";
import { useLab } from "../useLab";
import "./layers.css";

export function LayerSwitch() {
  const shown = useStore(layers);
  const drawn = useDrawnLayers();
  const hasMesh = useLab((s) => s.mesh !== null);
  if (!hasMesh) return null;
  return (
    <div className="layers" role="group" aria-label="Layers">
      {LAYERS.map((name) => (
        <button
          key={name}
          type="button"
          role="switch"
          aria-checked={shown[name]}
          disabled={!drawn.includes(name)}
          title={drawn.includes(name) ? undefined : whereDrawn(name)}
          onClick={() => toggleLayer(name)}
        >
          {LAYER_WORDS[name]}
        </button>
      ))}
    </div>
  );
}
