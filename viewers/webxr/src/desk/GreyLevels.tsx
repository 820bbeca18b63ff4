/** Window and level of the ultrasound, wherever it is drawn. */
import { useStore } from "zustand";
import { ALL_LEVELS, areAllShown, levels, showWindow, windowOf } from "../state/levels";
import { useLab } from "../useLab";
import { Range } from "./Range";

export function GreyLevels() {
  const shown = useStore(levels);
  const hasScan = useLab((s) => s.scan !== null);
  if (!hasScan) return null;
  const { level, width } = windowOf(shown);
  return (
    <section aria-labelledby="levels" className="card">
      <h2 id="levels">Grey levels</h2>
      <Range name="Level" unit="" min={1} max={254} step={1} value={level} onChange={(value) => showWindow({ level: value, width })} />
      <Range name="Window" unit="" min={2} max={255} step={1} value={width} onChange={(value) => showWindow({ level, width: value })} />
      <p className="note">A lower level draws brighter, a narrower window with more contrast.</p>
      <button type="button" className="wide" disabled={areAllShown(shown)} onClick={() => levels.setState(ALL_LEVELS)}>
        Show all levels
      </button>
    </section>
  );
}
