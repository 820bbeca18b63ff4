/** A scale of colours: what is between two of them is mixed. */
export type Rgb = [number, number, number];

/** sRGB, 0 to 1, of a part of the scale, 0 to 1; what is beyond has the colour of its end. */
export type Ramp = (part: number) => Rgb;

export function rampOf(hexes: readonly string[]): Ramp {
  const colours = hexes.map((hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255));
  return (part) => {
    const place = Math.min(Math.max(part, 0), 1) * (colours.length - 1);
    const step = Math.min(Math.floor(place), colours.length - 2);
    return [0, 1, 2].map((i) => {
      const [low, high] = [colours[step]?.[i] ?? 0, colours[step + 1]?.[i] ?? 0];
      return low + (high - low) * (place - step);
    }) as Rgb;
  };
}

/** As CSS has it. */
export function cssOf(colour: Rgb): string {
  return `rgb(${colour.map((v) => Math.round(v * 255)).join(", ")})`;
}
