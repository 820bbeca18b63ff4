/** What hands can take besides the tumour. */
import { HeldProbe } from "./HeldProbe";
import { HeldRow } from "./HeldRow";

export function HeldThings() {
  return (
    <>
      <HeldProbe />
      <HeldRow />
    </>
  );
}
