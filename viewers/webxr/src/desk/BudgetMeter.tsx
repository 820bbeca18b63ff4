/** What drawing costs, behind a button and the key B. */
import { useStore } from "zustand";
import { count, megabytes } from "../format";
import { budget, MOST_CALLS, MOST_TRIANGLES } from "../state/budget";
import { meter, toggleMeter } from "./meter";
import "./budgetMeter.css";

export function BudgetMeter() {
  const isOpen = useStore(meter, (s) => s.isOpen);
  return (
    <div className="budget">
      {isOpen && <Figures />}
      <button type="button" aria-expanded={isOpen} title="What drawing costs (B)" onClick={toggleMeter}>
        Meter
      </button>
    </div>
  );
}

function Figures() {
  const { calls, triangles, textureBytes, frameP95Ms } = useStore(budget);
  return (
    <dl>
      <Figure name="Draw calls" value={String(calls)} most={MOST_CALLS} isOver={calls > MOST_CALLS} />
      <Figure name="Triangles" value={count(triangles)} most={count(MOST_TRIANGLES)} isOver={triangles > MOST_TRIANGLES} />
      <Figure name="Textures" value={megabytes(textureBytes)} />
      <Figure name="19 of 20 frames within" value={frameP95Ms === null ? "…" : `${frameP95Ms.toFixed(1)} ms`} />
    </dl>
  );
}

interface FigureProps {
  name: string;
  value: string;
  /** What a headset is planned for. */
  most?: string | number;
  isOver?: boolean;
}

function Figure({ name, value, most, isOver = false }: FigureProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd data-over={isOver}>
        {value}
        {most !== undefined && <small>a headset: at most {most}</small>}
      </dd>
    </div>
  );
}
