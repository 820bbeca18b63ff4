/** How the line stands, and what went wrong. */
import { useStore } from "zustand";
import { lab, loadingNow } from "../state/lab";
import { notice } from "../state/notice";
import { useLab } from "../useLab";

const WORDS = { connecting: "Connecting", open: "Connected", reconnecting: "Reconnecting" };

export function Status() {
  const connection = useLab((s) => s.connection);
  return (
    <span className="status" role="status" data-connection={connection}>
      {WORDS[connection]}
    </span>
  );
}

/** In the scene's place, while there is none. */
export function Loading() {
  const name = useLab(loadingNow);
  return (
    <p className="loading" role="status">
      {name !== null && `Loading ${name} …`}
    </p>
  );
}

export function Message() {
  const connection = useLab((s) => s.connection);
  const dropped = useLab((s) => s.dropped);
  const failure = useLab((s) => s.failure);
  const told = useStore(notice, (s) => s.text);
  const isEmpty = useLab((s) => s.connection === "open" && s.scans.length === 0);
  if (failure !== null) {
    return (
      <div className="message" role="alert">
        <p>{failure}</p>
        <button type="button" aria-label="Close this message" onClick={() => lab.setState({ failure: null })}>
          ×
        </button>
      </div>
    );
  }
  if (told !== null) {
    return (
      <div className="message" role="status">
        <p>{told}</p>
      </div>
    );
  }
  if (connection === "reconnecting") {
    return (
      <div className="message">
        <p>{dropped || "The lab does not answer; what is shown stays, and the page tries again by itself."}</p>
      </div>
    );
  }
  return isEmpty ? (
    <div className="message">
      <p>The library is empty. Add a scan with parasam import.</p>
    </div>
  ) : null;
}
