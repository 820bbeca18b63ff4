/** The library on the board, eight scans to a page, beginning with the page of the one that is open. */
import { Container } from "@react-three/uikit";
import { useState } from "react";
import { title } from "../../format";
import { openScan } from "../../link";
import { useLab } from "../../useLab";
import { Button } from "../Button";
import { BOARD, plain } from "../look";
import { pageOf, pageWith } from "./pages";
import { Small } from "./Words";

const SCANS_A_PAGE = 8;
const GAP = 8;
const HALF = (BOARD.width - 2 * BOARD.padding - GAP) / 2 - 2;

export function Scans() {
  const scans = useLab((s) => s.scans);
  const open = useLab((s) => s.scan?.scan);
  const [turned, turn] = useState<number | null>(null);
  const withOpen = pageWith(scans.findIndex(({ id }) => id === open), SCANS_A_PAGE);
  const { items, page, pages } = pageOf(scans, turned ?? withOpen, SCANS_A_PAGE);
  return (
    <Container flexDirection="column" gap={GAP}>
      <Container flexWrap="wrap" gap={GAP}>
        {items.map((card) => (
          <Button key={card.id} width={HALF} pressed={card.id === open} onClick={() => openScan(card.id)}>
            {plain(title(card, card.id))}
          </Button>
        ))}
      </Container>
      {pages > 1 && (
        <Container justifyContent="space-between" alignItems="center">
          <Button onClick={() => turn(page - 1)}>Before</Button>
          <Small>{`Page ${page + 1} of ${pages}`}</Small>
          <Button onClick={() => turn(page + 1)}>More</Button>
        </Container>
      )}
    </Container>
  );
}
