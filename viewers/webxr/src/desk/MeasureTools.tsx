/** Put distances, angles and notes: pick one, then click points on the surface or the frame. */
import { useStore } from "zustand";
import { KIND_WORDS, type Kind, KINDS, POINTS } from "../state/marks";
import { measuring, showDiameters, takeTool } from "../state/measuring";
import { useLab } from "../useLab";
import "./marks.css";

const COUNTED = ["first", "second", "third"];
const NUMBERS: Record<number, string> = { 2: "two", 3: "three" };

export function MeasureTools() {
  const hasScan = useLab((s) => s.scan !== null);
  const hasNumbers = useLab((s) => s.measured !== null);
  const tool = useStore(measuring, (s) => s.tool);
  const hasDiameters = useStore(measuring, (s) => s.hasDiameters);
  if (!hasScan) return null;
  return (
    <div className="measure">
      <div role="group" aria-label="Measure">
        {KINDS.map((kind) => (
          <button key={kind} type="button" aria-pressed={kind === tool} onClick={() => takeTool(kind)}>
            {KIND_WORDS[kind]}
          </button>
        ))}
        {hasNumbers && (
          <button type="button" aria-pressed={hasDiameters} onClick={() => showDiameters(!hasDiameters)}>
            L × W × H
          </button>
        )}
      </div>
      <Instruction />
    </div>
  );
}

function Instruction() {
  const tool = useStore(measuring, (s) => s.tool);
  const count = useStore(measuring, (s) => s.placed.length);
  return (
    <p role="status">
      {tool !== null && `${instruction(tool, count)} · Esc stops`}
    </p>
  );
}

function instruction(tool: Kind, count: number): string {
  if (tool === "note") return "Click where the note belongs";
  const which = tool === "angle" && count === 1 ? "vertex, the second" : COUNTED[count];
  return `Click the ${which} of ${NUMBERS[POINTS[tool]]} points`;
}
