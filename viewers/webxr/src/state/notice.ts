/** What the page tells besides failures: what came to pass, and what is amiss until it is over. */
import { createStore } from "zustand/vanilla";

const READ_MS = 6000;

export const notice = createStore(() => ({ text: null as string | null }));

let fading: ReturnType<typeof setTimeout> | undefined;

/** Tell it for as long as it takes to read. */
export function say(text: string): void {
  keepSaying(text);
  fading = setTimeout(() => withdraw(text), READ_MS);
}

/** Tell it until it is withdrawn. */
export function keepSaying(text: string): void {
  clearTimeout(fading);
  notice.setState({ text });
}

/** It holds no more; what was said since stays. */
export function withdraw(text: string): void {
  if (notice.getState().text === text) notice.setState({ text: null });
}
