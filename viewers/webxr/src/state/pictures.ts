/** Pictures of what the headset saw, taken in this visit, the latest first. */
import { createStore } from "zustand/vanilla";

export interface Picture {
  /** Of the file it is saved as. */
  name: string;
  url: string;
}

const MOST = 12;

export const pictures = createStore(() => ({
  taken: [] as readonly Picture[],
  /** How many were asked for. */
  asked: 0,
}));

export function askForPicture(): void {
  pictures.setState(({ asked }) => ({ asked: asked + 1 }));
}

/** Keep it; the oldest goes where there are many. */
export function keepPicture(png: Blob, name: string): Picture {
  const picture = { name, url: URL.createObjectURL(png) };
  const taken = [picture, ...pictures.getState().taken];
  for (const { url } of taken.slice(MOST)) URL.revokeObjectURL(url);
  pictures.setState({ taken: taken.slice(0, MOST) });
  return picture;
}

/** "M1_d0 frame 20, 1.png": which scan, which frame, and which picture of this visit. */
export function pictureName(scan: string, frame: number, count: number): string {
  return `${scan} frame ${frame}, ${count}.png`;
}
