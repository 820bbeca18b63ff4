/** The frame slider, the tumour's frames marked on it. */
import type { CSSProperties } from "react";
import { useStore } from "zustand";
import { lookAt, step } from "../link";
import { confidence, cssOfConfidence } from "../state/confidence";
import { useLab } from "../useLab";
import { Player } from "./Player";

/** How sure the model was of each frame, over the track. */
function Sureness({ last }: { last: number }) {
  const isShown = useStore(confidence, (s) => s.isShown);
  const sure = useLab((s) => s.measured?.confidence) ?? [];
  const ends = useLab((s) => s.measured?.frames);
  if (!isShown || sure.length === 0 || !ends) return null;
  const [first, end] = ends;
  const stops = sure.slice(first, end + 1).map((one, n) => {
    const colour = cssOfConfidence(one);
    return `${colour} ${(100 * (first + n - 0.5)) / last}% ${(100 * (first + n + 0.5)) / last}%`;
  });
  const around = (frame: number) => `transparent ${(100 * frame) / last}%`;
  const strip = [around(first - 0.5), ...stops, around(end + 0.5)].join(", ");
  return <i className="sureness" style={{ background: `linear-gradient(90deg, ${strip})` }} />;
}

export function Scrubber() {
  const scan = useLab((s) => s.scan);
  const frame = useLab((s) => s.frame);
  if (scan === null) return <div className="scrubber" />;
  const last = scan.shape[0] - 1;
  const [from, to] = scan.frames_with_tumour ?? [0, -1];
  const marks = { "--from": from / Math.max(1, last), "--to": Math.max(from, to) / Math.max(1, last) } as CSSProperties;
  const depthMm = (frame * scan.spacing_mm[0]).toFixed(2);
  return (
    <div className="scrubber" role="group" aria-label="Frame">
      <Player />
      <button type="button" aria-label="Frame before" onClick={() => step(-1)}>
        ‹
      </button>
      <div className="track" style={marks} data-tumour={scan.frames_with_tumour !== null}>
        <Sureness last={last} />
        <input
          type="range"
          data-frames
          min={0}
          max={last}
          step={1}
          value={frame}
          aria-label="Frame"
          aria-valuetext={`Frame ${frame} of ${last}, ${depthMm} mm along the sweep`}
          onChange={(e) => lookAt(Number(e.target.value))}
        />
      </div>
      <button type="button" aria-label="Next frame" onClick={() => step(1)}>
        ›
      </button>
      <output data-testid="frame">
        <b>{frame}</b> / {last}
        <small>{depthMm} mm</small>
      </output>
    </div>
  );
}
