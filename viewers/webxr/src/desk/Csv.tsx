/** Below a table: copy it, or save it, as CSV. */
import { useState } from "react";
import { saveBlob } from "../net/save";
import { copied } from "./copied";

interface CsvProps {
  /** Lines below the head. */
  count: number;
  text: () => string;
  /** Under which name it is saved. */
  file: string;
  /** Where the dialog has more than one table. */
  what?: string;
}

export function Csv({ count, text, file, what = "" }: CsvProps) {
  const [said, setSaid] = useState("");
  const named = what && ` ${what}`;
  const copy = async () => {
    const lines = `${count} ${count === 1 ? "line" : "lines"}`;
    const isDone = await copied(text());
    setSaid(isDone ? `${lines} copied, with a head` : "This browser lets no page copy; download the CSV instead");
  };
  return (
    <div className="csv">
      <button type="button" className="primary" onClick={() => void copy()}>
        Copy{named} as CSV
      </button>
      <button type="button" onClick={() => saveBlob(new Blob([text()], { type: "text/csv" }), file)}>
        Download{named} CSV
      </button>
      <span role="status">{said}</span>
    </div>
  );
}
