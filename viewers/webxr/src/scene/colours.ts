/** Colours that tell people apart on a dark ground, none of them the tumour's or the outline's. */
const COLOURS = ["#5cc8ff", "#7ee081", "#c49bff", "#f58fd0", "#4fe0d0", "#b7c94a"];

/** The same for one person on every page. */
export function colourOf(id: string): string {
  const sum = [...id].reduce((total, letter) => total + letter.charCodeAt(0), 0);
  return COLOURS[sum % COLOURS.length] ?? "#5cc8ff";
}
