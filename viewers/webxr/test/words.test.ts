import { expect, it } from "vitest";
import { between, count, dimensions, doing, magnification, significant, spacing, title } from "../src/format";
import { addressFrom, wantedIn } from "../src/state/address";
import { plain } from "../src/xr/look";

it.each([[162.38, "162"], [40, "40.0"], [5.0321, "5.03"], [0.03526, "0.0353"], [1234.5, "1235"], [0, "0"], [NaN, "0"]])(
  "%s is read as %s",
  (value, text) => expect(significant(value)).toBe(text),
);

it("says sizes and spacing", () => {
  expect(dimensions([12.93, 5.468, 5.02])).toBe("12.9 × 5.47 × 5.02");
  expect(spacing([0.076, 0.0352, 0.035200001])).toBe("0.076 × 0.0352 × 0.0352");
  expect([10, 3.44, 2.04, 51.6, 1].map(magnification)).toEqual(["×10", "×3.4", "×2", "×52", "×1, true size"]);
  expect([7, 1234, 120_000, 12_345_678].map(count)).toEqual(["7", "1 234", "120 000", "12 345 678"]);
});

it("names a scan by what is known of it", () => {
  expect(title({ subject: "M1", timepoint: "d6" }, "x")).toBe("M1 · d6");
  expect(title({ subject: "", timepoint: "" }, "sweep_7")).toBe("sweep_7");
});

it.each([
  { scan: "KPC3933_d0", label: "manual" },
  { scan: "a&b=c #1", label: null },
  { scan: "Maus ü", label: "x/y" },
])("finds in the address what it wrote there: %o", (wanted) => expect(wantedIn(addressFrom(wanted))).toEqual(wanted));

it("finds nothing in an address that names nothing", () => {
  expect([wantedIn(""), wantedIn("#"), wantedIn("#label=x")]).toEqual([null, null, null]);
});

it("says what a job does", () => {
  expect(doing({ kind: "segment", scan: "M1_d0", file: "" })).toBe("Outlining M1_d0");
  expect(doing({ kind: "export", scan: "M1_d0", file: "M1_d0_a.stl" })).toBe("Exporting M1_d0_a.stl");
});

it("writes on the board in glyphs that its font has", () => {
  expect(plain("M1 · d0 – ×10 … µ")).toBe("M1 - d0 - x10 ... ?");
});

it("tells an interval to as many digits as its upper end", () => {
  expect(between([137.99, 176.51])).toBe("138 – 177");
  expect(between([0.412, 0.5067])).toBe("0.412 – 0.507");
  expect(between([9.96, 10.04])).toBe("10.0 – 10.0");
});
