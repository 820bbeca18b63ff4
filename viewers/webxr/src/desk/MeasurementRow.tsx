/** A line of the table; its scan's name opens the scan. */
import { openScan } from "../link";
import type { MeasuredMask } from "../state/measurements";
import { useLab } from "../useLab";
import { closeDialog } from "./dialogs";
import { COLUMNS } from "./columns";

export function MeasurementRow({ row }: { row: MeasuredMask }) {
  const isOpen = useLab((s) => s.scan?.scan === row.scan && s.scan.label === row.rater);
  const open = () => {
    openScan(row.scan, row.rater);
    closeDialog("measurements");
  };
  return (
    <tr aria-current={isOpen ? "true" : undefined}>
      <th scope="row">
        <button type="button" onClick={open}>
          {row.scan}
        </button>
      </th>
      {COLUMNS.slice(1).map(({ name, text, isNumber }) => (
        <td key={name} className={isNumber ? "number" : undefined}>
          {text(row)}
        </td>
      ))}
    </tr>
  );
}
