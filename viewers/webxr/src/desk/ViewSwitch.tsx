/** How the tumour is drawn: cut at the frame, as glass, or whole. */
import { useStore } from "zustand";
import { showView } from "../link";
import { VIEW_WORDS, VIEWS } from "../state/lab";
import { blockWords, drawnVoxels } from "../state/voxels";
import { useLab } from "../useLab";

export function ViewSwitch() {
  const view = useLab((s) => s.view);
  const hasMesh = useLab((s) => s.mesh !== null);
  if (!hasMesh) return null;
  return (
    <>
      <div className="switch" role="group" aria-label="How the tumour is drawn">
        {VIEWS.map((name) => (
          <button key={name} type="button" aria-pressed={name === view} onClick={() => showView(name)}>
            {VIEW_WORDS[name]}
          </button>
        ))}
      </div>
      <Blocks />
    </>
  );
}

/** Where there are more voxels than can be drawn. */
function Blocks() {
  const words = useStore(drawnVoxels, blockWords);
  return words && <p className="note overnote">{words}</p>;
}
