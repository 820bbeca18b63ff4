/** How sure the model was: in colours, with their legend, and the frames that a person should look at. */
import { useStore } from "zustand";
import { lookAt } from "../link";
import { confidence, cssOfConfidence, doubtfulAhead, isConfidenceKnown, LEAST, toggleConfidence } from "../state/confidence";
import { useLab } from "../useLab";
import "./compare.css";

export function Confidence() {
  const isKnown = useLab(isConfidenceKnown);
  const next = useLab(doubtfulAhead);
  const measured = useLab((s) => s.measured);
  const frame = useLab((s) => s.frame);
  const isShown = useStore(confidence, (s) => s.isShown);
  if (!isKnown || measured === null) return null;
  const { doubtful, confidence: sure, frames } = measured;
  const isDrawnOver = sure.slice(frames[0], frames[1] + 1).includes(null);
  return (
    <div className="confidence" role="group" aria-label="How sure the model was">
      <div className="row ways">
        <button type="button" aria-pressed={isShown} onClick={toggleConfidence} title="Colour the tumour by how sure the model was (C)">
          Confidence
        </button>
        {next !== null && (
          <button type="button" onClick={() => lookAt(next)} title="Next doubtful frame (U)">
            {doubtful.length} doubtful ›
          </button>
        )}
      </div>
      {next === null && <p className="note">The model was sure of every {isDrawnOver ? "other " : ""}frame.</p>}
      <p className="note" data-testid="sureness">
        {sureness(sure[frame] ?? null, frame, doubtful)}
      </p>
      {isShown && <Legend />}
    </div>
  );
}

function sureness(sure: number | null, frame: number, doubtful: readonly number[]): string {
  const place = doubtful.indexOf(frame);
  const which = place < 0 ? "" : `, doubtful ${place + 1} of ${doubtful.length}`;
  return `Frame ${frame}: ${sure === null ? "not drawn by the model" : `confidence ${sure.toFixed(2)}`}${which}`;
}

const STOPS = Array.from({ length: 9 }, (_, i) => cssOfConfidence(LEAST + ((1 - LEAST) * i) / 8)).join(", ");

function Legend() {
  return (
    <div className="legend" role="img" aria-label={`Colours of confidence: yellow ${LEAST} and less, blue 1; grey was drawn by hand`}>
      <i style={{ background: `linear-gradient(90deg, ${STOPS})` }} />
      <span>≤ {LEAST}</span>
      <span />
      <span>1</span>
      <small>not sure: look here</small>
      <small>sure</small>
      <p className="note by-hand">
        <i className="swatch" style={{ background: cssOfConfidence(null) }} /> drawn by hand
      </p>
    </div>
  );
}
