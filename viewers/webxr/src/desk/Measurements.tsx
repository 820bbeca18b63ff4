/** Every mask of the library in one table: sorted by a column, copied or saved as CSV; below it, the marks. */
import { useEffect, useState } from "react";
import { useStore } from "zustand";
import { Follower, isOther } from "../net/measurements";
import { lab } from "../state/lab";
import { everything, measurementsCsv, type TableState } from "../state/measurements";
import { useLab } from "../useLab";
import { COLUMNS, type Order, sorted } from "./columns";
import { AllMarks } from "./AllMarks";
import { Csv } from "./Csv";
import { Dialog } from "./Dialog";
import { MeasurementRow } from "./MeasurementRow";
import "./measurements.css";

export function Measurements() {
  const table = useStore(everything);
  const [order, setOrder] = useState<Order>({ column: null, isDown: false });
  useEffect(follow, []);
  const rows = sorted(table.rows, order);
  return (
    <Dialog name="measurements" title="All measurements">
      <Progress table={table} />
      {rows.length > 0 && (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- so that the keyboard scrolls it
        <div className="scroll" tabIndex={0} role="region" aria-label="Measurements">
          <table>
            <thead>
              <tr>
                {COLUMNS.map(({ name }, column) => (
                  <Head key={name} column={column} order={order} onOrder={setOrder} />
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <MeasurementRow key={`${row.scan}/${row.rater}`} row={row} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Unmasked />
      {rows.length > 0 && <Csv count={rows.length} text={() => measurementsCsv(rows)} file="measurements.csv" />}
      <AllMarks />
    </Dialog>
  );
}

function follow(): () => void {
  const follower = new Follower(everything);
  follower.begin(null);
  const stop = lab.subscribe((state, before) => void (isOther(state, before) && follower.again()));
  return () => {
    stop();
    follower.end();
  };
}

function Progress({ table: { rows, total, failure, hasCome } }: { table: TableState }) {
  if (failure !== null) return <p className="warning">{hasCome ? failure : "The lab does not answer; the table comes when it does."}</p>;
  if (!hasCome) return <p role="status">Asking the lab …</p>;
  if (total === 0) return <p role="status">No scan has a mask yet, so there is nothing to measure.</p>;
  if (rows.length === total) return null;
  const words = `Measured ${rows.length} of ${total}; the rest comes by itself.`;
  return (
    <p role="status" className="progress">
      <progress aria-label="Measured" max={total} value={rows.length} />
      {words}
    </p>
  );
}

interface HeadProps {
  column: number;
  order: Order;
  onOrder: (order: Order) => void;
}

function Head({ column, order, onOrder }: HeadProps) {
  const { name, isNumber } = COLUMNS[column] ?? {};
  const isSorted = order.column === column;
  const how = isSorted ? (order.isDown ? "descending" : "ascending") : undefined;
  return (
    <th scope="col" aria-sort={how} className={isNumber ? "number" : undefined}>
      <button type="button" onClick={() => onOrder({ column, isDown: isSorted && !order.isDown })}>
        {name}
      </button>
    </th>
  );
}

function Unmasked() {
  const names = useLab((s) => s.scans.filter(({ labels }) => labels.length === 0).map(({ id }) => id).join(", "));
  return names === "" ? null : <p className="note">Without masks: {names}</p>;
}
