/** What hands can take besides the tumour. */
import { HeldProbe } from "./HeldProbe";
import { HeldRow } from "./HeldRow";
import { MarkHandles } from "./MarkHandles";

export function HeldThings() {
  return (
    <>
      <HeldProbe />
      <HeldRow />
      <MarkHandles />
    </>
  );
}
