/** Arrow, Page, Home and End keys turn frames, wherever the focus is but in a field of its own. */
import { lookAt, step } from "../link";
import { lab } from "../state/lab";

const STEPS: Record<string, number> = {
  ArrowRight: 1,
  ArrowUp: 1,
  ArrowLeft: -1,
  ArrowDown: -1,
  PageUp: 10,
  PageDown: -10,
};

export function listenToKeys(): void {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || hasKeysOfItsOwn(event.target)) return;
    const frames = STEPS[event.key];
    const last = (lab.getState().scan?.shape[0] ?? 1) - 1;
    if (frames !== undefined) step(frames);
    else if (event.key === "Home") lookAt(0);
    else if (event.key === "End") lookAt(last);
    else return;
    event.preventDefault();
  });
}

function hasKeysOfItsOwn(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches("input:not([type=range]), select, textarea");
}
