/** What keys do, in the order in which the list of keys shows them. */
import { lookAt, openScan, putProbeAway, showView, step, takeProbe } from "../link";
import { remove, takeBackRemoval } from "../net/marks";
import { doubtfulAhead, toggleConfidence } from "../state/confidence";
import { matching, neighbour } from "../state/library";
import { lab, VIEW_WORDS, VIEWS } from "../state/lab";
import { type Kind, KINDS } from "../state/marks";
import { measuring, stepBack, takeTool } from "../state/measuring";
import { playOrStop } from "../state/player";
import { probe } from "../state/probe";
import { openDialog } from "./dialogs";
import { showFirstView } from "./lookFrom";
import { toggleMeter } from "./meter";
import { search } from "./search";

/** N goes on to the next scan. */
const KIND_KEYS: Record<Kind, string> = { distance: "d", angle: "a", note: "t" };

export interface Shortcut {
  /** As `KeyboardEvent.key` names them, letters small; "Ctrl+" before is Ctrl, or Cmd on a Mac. */
  keys: readonly string[];
  /** As they are written on a keyboard. */
  shown: string;
  does: string;
  act: () => void;
}

export const SHORTCUTS: readonly Shortcut[] = [
  { keys: ["ArrowRight", "ArrowUp"], shown: "→ or ↑", does: "Next frame", act: () => step(1) },
  { keys: ["ArrowLeft", "ArrowDown"], shown: "← or ↓", does: "Frame before", act: () => step(-1) },
  { keys: ["PageUp"], shown: "Page Up", does: "Ten frames on", act: () => step(10) },
  { keys: ["PageDown"], shown: "Page Down", does: "Ten frames back", act: () => step(-10) },
  { keys: ["Home"], shown: "Home", does: "First frame", act: () => lookAt(0) },
  { keys: ["End"], shown: "End", does: "Last frame", act: () => lookAt(lastFrame()) },
  { keys: [" "], shown: "Space", does: "Play the frames, or stop", act: () => playOrStop(lookAt) },
  { keys: ["r"], shown: "R", does: "Take the probe, or put it away", act: () => (probe.getState().isOut ? putProbeAway() : takeProbe()) },
  { keys: ["c"], shown: "C", does: "Colour the tumour by how sure the model was", act: toggleConfidence },
  { keys: ["u"], shown: "U", does: "Next frame that the model was not sure of", act: lookAtDoubtful },
  { keys: ["f"], shown: "F", does: "The first view again", act: showFirstView },
  ...VIEWS.map((view, n) => ({
    keys: [String(n + 1)],
    shown: String(n + 1),
    does: `Draw the tumour: ${VIEW_WORDS[view]}`,
    act: () => showView(view),
  })),
  { keys: ["v"], shown: "V", does: "Draw it the next way", act: showNextView },
  { keys: ["n"], shown: "N", does: "Next scan", act: () => openNeighbour(1) },
  { keys: ["p"], shown: "P", does: "Scan before", act: () => openNeighbour(-1) },
  ...KINDS.map((kind) => ({
    keys: [KIND_KEYS[kind]],
    shown: KIND_KEYS[kind].toUpperCase(),
    does: `Put ${kind === "angle" ? "an" : "a"} ${kind}, or stop`,
    act: () => takeTool(kind),
  })),
  { keys: ["Delete", "Backspace"], shown: "Delete", does: "Remove what was measured and is chosen", act: removeChosen },
  { keys: ["Ctrl+z"], shown: "Ctrl+Z", does: "Take back what was removed last", act: () => void takeBackRemoval() },
  { keys: ["Escape"], shown: "Escape", does: "Close a dialog; take back points, then lay the tool down", act: stepBack },
  { keys: ["/"], shown: "/", does: "Search the scans", act: () => search.getState().field?.focus() },
  { keys: ["m"], shown: "M", does: "All measurements", act: () => openDialog("measurements") },
  { keys: ["b"], shown: "B", does: "What drawing costs, or hide it", act: toggleMeter },
  { keys: ["?"], shown: "?", does: "This list", act: () => openDialog("keys") },
];

function lookAtDoubtful(): void {
  const next = doubtfulAhead(lab.getState());
  if (next !== null) lookAt(next);
}

function removeChosen(): void {
  const { chosen } = measuring.getState();
  if (chosen !== null) void remove(chosen);
}

function lastFrame(): number {
  return (lab.getState().scan?.shape[0] ?? 1) - 1;
}

function showNextView(): void {
  const next = VIEWS[(VIEWS.indexOf(lab.getState().view) + 1) % VIEWS.length];
  if (next) showView(next);
}

/** Among those that the search finds. */
function openNeighbour(places: number): void {
  const { scans, wanted } = lab.getState();
  const found = neighbour(matching(scans, search.getState().text), wanted?.scan, places);
  if (found) openScan(found.id);
}
