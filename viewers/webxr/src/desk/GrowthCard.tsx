/** The open subject's volumes over time, and the way to each of its scans. */
import { useStore } from "zustand";
import { significant } from "../format";
import type { ScanOpened } from "../protocol.gen";
import { type Growth, growthOf } from "../state/growth";
import { course, type MeasuredMask, type TableState } from "../state/measurements";
import { timesScanned } from "../state/lab";
import { useLab } from "../useLab";
import { GrowthCurve } from "./GrowthCurve";
import "./growth.css";

export function GrowthCard() {
  const scan = useLab((s) => s.scan);
  const times = useLab(timesScanned);
  if (scan === null || scan.label === null || times < 2) return null;
  return <Course scan={scan} label={scan.label} />;
}

function Course({ scan, label }: { scan: ScanOpened; label: string }) {
  const table = useStore(course);
  const growth = growthOf(table.rows, scan.subject, label);
  return (
    <section aria-labelledby="growth" className="card growth">
      <h2 id="growth">Growth of {scan.subject}</h2>
      {growth.points.length > 1 && <GrowthCurve growth={growth} open={scan.scan} />}
      <p className="note">{summary(growth, table)}</p>
      <Absent scan={scan} label={label} rows={table.rows} />
    </section>
  );
}

/** Scans of the subject that are not on the curve, and why. */
function Absent({ scan, label, rows }: { scan: ScanOpened; label: string; rows: readonly MeasuredMask[] }) {
  const scans = useLab((s) => s.scans);
  const own = scans.filter(({ subject }) => subject === scan.subject);
  const unmasked = own.filter(({ labels }) => !labels.includes(label)).map(({ id, timepoint }) => timepoint || id);
  const ofLabel = rows.filter((row) => row.subject === scan.subject && row.rater === label);
  const without = ofLabel.filter((row) => row.volume_mm3 === null).map((row) => row.timepoint || row.scan);
  return (
    <>
      {unmasked.length > 0 && <p className="note">{`Without a mask named ${label}: ${unmasked.join(", ")}`}</p>}
      {without.length > 0 && <p className="note">{`Nothing to measure in the mask of ${without.join(", ")}`}</p>}
    </>
  );
}

/** What the curve shows, in words. */
function summary({ points, isInDays }: Growth, { rows, total, failure, hasCome }: TableState): string {
  if (failure !== null) return failure;
  if (!hasCome || rows.length < total) return `Measuring ${rows.length} of ${total || "…"}`;
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || first === last) return "A curve needs volumes of two scans.";
  if (!isInDays) return "These timepoints are no days: the order is that of the list. Bars are 95 % intervals.";
  const days = Number((last.at - first.at).toPrecision(3));
  const change = `From ${significant(first.volumeMm3)} to ${significant(last.volumeMm3)} mm³`;
  return `${change} in ${days} ${days === 1 ? "day" : "days"}; bars are 95 % intervals.`;
}
