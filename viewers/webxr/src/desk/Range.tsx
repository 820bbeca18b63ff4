/** A slider with its name and value. */
import "./range.css";

interface Shown {
  name: string;
  unit: string;
  min: number;
  max: number;
  step: number;
  value: number;
  onChange: (value: number) => void;
}

export function Range({ name, unit, min, max, step, value, onChange }: Shown) {
  const decimals = step < 0.1 ? 2 : step < 1 ? 1 : 0;
  const text = `${value.toFixed(decimals).replace(/^-(0(\.0*)?)$/, "$1")}${unit === "°" ? "" : " "}${unit}`;
  return (
    <label className="range">
      <span>{name}</span>
      <input
        type="range"
        min={min}
        max={max}
        step={step}
        value={value}
        aria-label={name}
        aria-valuetext={text}
        onChange={(e) => onChange(Number(e.target.value))}
      />
      <output>{text}</output>
    </label>
  );
}
