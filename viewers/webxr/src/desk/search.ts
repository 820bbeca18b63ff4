/** What is searched for in the library. */
import { createStore } from "zustand/vanilla";

export const search = createStore<{ text: string; field: HTMLInputElement | null }>(() => ({ text: "", field: null }));
