/** A dialog over the page: Escape, its button or a click beside it close it, and the focus goes back. */
import { type ReactNode, type SyntheticEvent, useEffect, useId, useRef } from "react";
import { closeDialog, type DialogName } from "./dialogs";
import "./dialog.css";

export function Dialog({ name, title, children }: { name: DialogName; title: string; children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => dialog.current?.showModal(), []);
  const close = () => {
    dialog.current?.close(); // gives the focus back
    closeDialog(name);
  };
  const cancel = (event: SyntheticEvent) => {
    event.preventDefault(); // at once, and not when `close` is told
    close();
  };
  return (
    <dialog ref={dialog} aria-labelledby={heading} closedby="any" onCancel={cancel} onClose={() => closeDialog(name)}>
      <div className="sheet">
        <div className="head">
          <h2 id={heading}>{title}</h2>
          <button type="button" aria-label={`Close: ${title}`} onClick={close}>
            ×
          </button>
        </div>
        {children}
      </div>
    </dialog>
  );
}
