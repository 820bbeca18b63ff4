/** What was measured and noted in the scan: named, removed, copied. Shown where there is any, or a tool is held. */
import { useEffect, useRef, useState } from "react";
import { useStore } from "zustand";
import { remove, rename, takeBackRemoval } from "../net/marks";
import type { Mark } from "../protocol.gen";
import { lab } from "../state/lab";
import { asCsv, type Kind, KIND_WORDS, LONGEST_TEXT, nameOf, valueOf } from "../state/marks";
import { choose, marksDrawn, measuring } from "../state/measuring";
import { useLab } from "../useLab";
import { xr } from "../xr/session";
import { copied } from "./copied";
import "./marks.css";

export function Marks() {
  const hasScan = useLab((s) => s.scan !== null);
  const marks = useLab((s) => s.marks);
  const moved = useStore(measuring, (s) => s.moved);
  const isMeasuring = useStore(measuring, (s) => s.tool !== null);
  const removed = useStore(measuring, (s) => s.removed);
  if (!hasScan || (marks.length === 0 && !isMeasuring && removed === null)) return null;
  return (
    <section aria-labelledby="marks" className="card">
      <h2 id="marks">Measured and noted</h2>
      {marks.length === 0 ? (
        isMeasuring && <p className="note">Nothing yet: click on the surface or the frame.</p>
      ) : (
        <>
          <ul className="marks">
            {marksDrawn(marks, { moved }).map((mark) => (
              <Row key={mark.id} mark={mark} />
            ))}
          </ul>
          <CopyButton marks={marks} />
        </>
      )}
      {removed && <Removed mark={removed} />}
    </section>
  );
}

function Removed({ mark }: { mark: Mark }) {
  return (
    <p className="removed" role="status">
      <span>Removed {nameOf(mark)}</span> ·{" "}
      <button type="button" title="Ctrl+Z" onClick={() => void takeBackRemoval()}>
        Undo
      </button>
    </p>
  );
}

function Row({ mark }: { mark: Mark }) {
  const isChosen = useStore(measuring, (s) => s.chosen === mark.id);
  const kind = KIND_WORDS[mark.kind as Kind];
  const name = nameOf(mark);
  return (
    <li data-chosen={isChosen}>
      <button type="button" className="value" aria-pressed={isChosen} aria-label={name} onClick={() => choose(isChosen ? null : mark.id)}>
        {valueOf(mark) || kind}
      </button>
      <TextField mark={mark} />
      <button type="button" aria-label={`Remove: ${name}`} onClick={() => void remove(mark.id)}>
        ×
      </button>
      {mark.author && <small>{mark.author}</small>}
    </li>
  );
}

function TextField({ mark }: { mark: Mark }) {
  /** What is being written; null where nothing is. */
  const [draft, setDraft] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const isUnwritten = useStore(measuring, (s) => s.unwritten === mark.id);
  useEffect(() => {
    if (!isUnwritten) return;
    measuring.setState({ unwritten: null });
    if (xr.getState().session) return; // in a headset words are chosen on the board
    field.current?.focus();
    field.current?.select();
  }, [isUnwritten]);
  const keep = async () => {
    if (draft !== null) await rename(mark, draft.trim());
    setDraft(null);
  };
  return (
    <input
      ref={field}
      value={draft ?? mark.text}
      maxLength={LONGEST_TEXT}
      autoComplete="off"
      placeholder="name"
      aria-label={mark.kind === "note" ? "What the note says" : `Name of ${valueOf(mark)}`}
      onFocus={() => choose(mark.id)}
      onChange={(e) => setDraft(e.target.value)}
      onBlur={() => void keep()}
      onKeyDown={({ key, currentTarget }) => (key === "Enter" || key === "Escape") && currentTarget.blur()}
    />
  );
}

function CopyButton({ marks }: { marks: readonly Mark[] }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    if (await copied(asCsv(marks))) {
      setCopied(true);
      setTimeout(() => setCopied(false), 2000);
    } else {
      lab.setState({ failure: "This browser does not let the page copy; parasam marks --csv writes the same table." });
    }
  };
  return (
    <button type="button" className="wide" onClick={() => void copy()}>
      {isCopied ? "Copied" : "Copy as CSV"}
    </button>
  );
}
