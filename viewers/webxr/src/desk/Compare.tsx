/** Compare the mask that is open with another one of the scan: two surfaces, or distances in colours. */
import { useStore } from "zustand";
import { significant } from "../format";
import { compareWith } from "../net/against";
import { against, showWay, WAY_WORDS, WAYS } from "../state/against";
import { cssOfDistance } from "../state/distances";
import { useLab } from "../useLab";
import "./compare.css";

const NONE = "";

export function Compare() {
  const scan = useLab((s) => s.scan);
  const { other, way, compared } = useStore(against);
  if (scan === null || scan.label === null || scan.labels.length < 2) return null;
  const others = scan.labels.filter((label) => label !== scan.label);
  return (
    <section aria-labelledby="compare" className="card" aria-busy={other !== null && compared === null}>
      <h2 id="compare">Compare</h2>
      <label className="choice">
        <span>{scan.label} with</span>
        <select value={other ?? NONE} onChange={(e) => void compareWith(e.target.value === NONE ? null : e.target.value)}>
          <option value={NONE}>none</option>
          {others.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      {other !== null && (
        <div className="row ways" role="group" aria-label="How they are compared">
          {WAYS.map((name) => (
            <button key={name} type="button" aria-pressed={name === way} onClick={() => showWay(name)}>
              {WAY_WORDS[name]}
            </button>
          ))}
        </div>
      )}
      {compared && way === "distances" && <Legend rangeMm={compared.rangeMm} other={other ?? ""} />}
      {compared && way === "surfaces" && (
        <p className="note">
          <i className="swatch" /> {other}, as glass and as a line on the frame
        </p>
      )}
    </section>
  );
}

const STOPS = Array.from({ length: 9 }, (_, i) => cssOfDistance(-1 + i / 4)).join(", ");

function Legend({ rangeMm, other }: { rangeMm: number; other: string }) {
  const end = significant(rangeMm, 1);
  return (
    <div className="legend" role="img" aria-label={`Colours of distance from ${other}: blue ${end} mm within, white on it, orange ${end} mm outside`}>
      <i style={{ background: `linear-gradient(90deg, ${STOPS})` }} />
      <span>−{end} mm</span>
      <span>0</span>
      <span>+{end} mm</span>
      <small>within {other}</small>
      <small>outside</small>
    </div>
  );
}
