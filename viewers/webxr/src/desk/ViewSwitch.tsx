/** How the tumour is drawn: cut at the frame, as glass, or whole. */
import { lab, type View, VIEWS } from "../state/lab";
import { useLab } from "../useLab";

const WORDS: Record<View, string> = { cut: "Cut", glass: "Glass", solid: "Whole" };

export function ViewSwitch() {
  const view = useLab((s) => s.view);
  const hasMesh = useLab((s) => s.mesh !== null);
  if (!hasMesh) return null;
  return (
    <div className="switch" role="group" aria-label="How the tumour is drawn">
      {VIEWS.map((name) => (
        <button key={name} type="button" aria-pressed={name === view} onClick={() => lab.setState({ view: name })}>
          {WORDS[name]}
        </button>
      ))}
    </div>
  );
}
