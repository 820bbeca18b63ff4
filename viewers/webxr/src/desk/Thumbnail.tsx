/** A scan at a glance; fetched once it comes into view, and again where the lab did not answer. */
import { useEffect, useState } from "react";
import type { ScanCard } from "../protocol.gen";
import { lab } from "../state/lab";

export function Thumbnail({ card }: { card: ScanCard }) {
  const [isMissing, setMissing] = useState(false);
  useEffect(
    () =>
      lab.subscribe(({ connection }, before) => {
        if (connection === "open" && before.connection !== "open") setMissing(false);
      }),
    [],
  );
  if (isMissing) return <span className="thumbnail" />;
  // another address where masks came or went: the browser would not ask again for the same
  const masks = new URLSearchParams({ masks: card.labels.join() });
  return (
    <img
      className="thumbnail"
      src={`api/scans/${encodeURIComponent(card.id)}/thumbnail.png?${masks}`}
      alt=""
      width={72}
      height={54}
      loading="lazy"
      decoding="async"
      onError={() => setMissing(true)}
    />
  );
}
