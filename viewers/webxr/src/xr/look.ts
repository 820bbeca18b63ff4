/** Sizes and colours of the board. */
export const BOARD = { width: 406, padding: 22, pixelSize: 0.00072 };
/** In pixels of the board; at arm's length nothing is smaller than what Quest 3 draws sharp. */
export const TEXT = { small: 14, button: 14 };

export const INK = {
  board: "#10151d",
  edge: "#2b3646",
  well: "#1c2531",
  hover: "#2a3748",
  bright: "#f2f5f9",
  dim: "#9fb0c4",
  amber: "#ffb000",
};

const GLYPHS = new Set(` !"#$%&'()*+,-./0123456789:;<=>?@[\\]^_\`{|}~§°ÄÖÜßäöü`);

/** A text in the glyphs that the board's font has. */
export function plain(text: string): string {
  const close = text.replace(/×/g, "x").replace(/[·–—−]/g, "-").replace(/…/g, "...");
  return [...close].map((c) => (/[A-Za-z]/.test(c) || GLYPHS.has(c) ? c : "?")).join("");
}
