/** Distances, angles and notes of all scans, below their measurements; nothing where there are none. */
import { useEffect } from "react";
import { useStore } from "zustand";
import { openScan } from "../link";
import { followAllMarks } from "../net/allMarks";
import { allMarks, allMarksCsv, type ScanMark } from "../state/allMarks";
import { type Kind, KIND_WORDS, valueOf } from "../state/marks";
import { Csv } from "./Csv";
import { closeDialog } from "./dialogs";

const COLUMNS = ["Scan", "Subject", "Timepoint", "What", "Value", "By", "Name or note"];
const NONE = "–";

export function AllMarks() {
  const { rows, missing } = useStore(allMarks);
  useEffect(followAllMarks, []);
  return (
    <>
      {missing.length > 0 && <p className="warning">Distances, angles and notes cannot be had of: {missing.join(", ")}</p>}
      {rows.length > 0 && <Table rows={rows} />}
      {rows.length > 0 && <Csv count={rows.length} text={() => allMarksCsv(rows)} file="marks.csv" what="marks" />}
    </>
  );
}

function Table({ rows }: { rows: readonly ScanMark[] }) {
  return (
    <>
      <h3 id="all-marks">Distances, angles, notes</h3>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- so that the keyboard scrolls it */}
      <div className="scroll marked" tabIndex={0} role="region" aria-labelledby="all-marks">
        <table>
          <thead>
            <tr>
              {COLUMNS.map((name) => (
                <th key={name} scope="col" className={name === "Value" ? "number" : undefined}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row key={`${row.scan}/${row.mark.id}`} row={row} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Row({ row: { scan, subject, timepoint, mark } }: { row: ScanMark }) {
  const open = () => {
    openScan(scan);
    closeDialog("measurements");
  };
  return (
    <tr>
      <th scope="row">
        <button type="button" onClick={open}>
          {scan}
        </button>
      </th>
      <td>{subject || NONE}</td>
      <td>{timepoint || NONE}</td>
      <td>{KIND_WORDS[mark.kind as Kind]}</td>
      <td className="number">{valueOf(mark) || NONE}</td>
      <td>{mark.author || NONE}</td>
      <td>{mark.text || NONE}</td>
    </tr>
  );
}
