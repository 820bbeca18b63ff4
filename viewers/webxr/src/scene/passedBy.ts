/** Spread onto what pointers pass by: they meet the tumour's coarse mesh instead. */
export const PASSED_BY = { raycast: () => undefined, pointerEvents: "none" } as const;
