/** How large a millimetre is on the screen, at the tumour's middle. */
import { createStore } from "zustand/vanilla";

export const scale = createStore(() => ({ pixelsPerMm: 0 }));
