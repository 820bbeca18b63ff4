/** Which layers of the view are drawn. */
import { useStore } from "zustand";
import { LAYER_WORDS, LAYERS, layers, toggleLayer } from "../state/layers";
import { useLab } from "../useLab";
import "./layers.css";

export function LayerSwitch() {
  const shown = useStore(layers);
  const hasMesh = useLab((s) => s.mesh !== null);
  if (!hasMesh) return null;
  return (
    <div className="layers" role="group" aria-label="Layers">
      {LAYERS.map((name) => (
        <button key={name} type="button" role="switch" aria-checked={shown[name]} onClick={() => toggleLayer(name)}>
          {LAYER_WORDS[name]}
        </button>
      ))}
    </div>
  );
}
