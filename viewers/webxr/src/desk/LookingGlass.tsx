/** The way to a Looking Glass through this page, and what is in its way. */
import { useStore } from "zustand";
import { hologram, SENTENCES } from "../state/hologram";

export function LookingGlass() {
  const stage = useStore(hologram, (s) => s.stage);
  return (
    <section aria-labelledby="looking-glass" className="card">
      <h2 id="looking-glass">Looking Glass</h2>
      {stage === "off" ? (
        <button type="button" className="wide" onClick={reload}>
          Show on a Looking Glass
        </button>
      ) : (
        <p className="note" role="status">
          {SENTENCES[stage]}
        </p>
      )}
    </section>
  );
}

/** What makes the page's renderer fit for it must come before the renderer. */
function reload(): void {
  const address = new URL(location.href);
  address.searchParams.set("looking-glass", "1");
  location.href = address.href;
}
