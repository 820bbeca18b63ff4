/** The pages of the board, one at a time. */
import { Container } from "@react-three/uikit";
import { type ComponentType, useState } from "react";
import { Button } from "../Button";
import { CompareTools } from "../CompareTools";
import { MeasureTools } from "../MeasureTools";
import { Numbers } from "./Numbers";
import { Probe } from "./Probe";
import { Scans } from "./Scans";
import { Show } from "./Show";
import { Tools } from "./Tools";

const PAGES: Record<string, ComponentType> = { Numbers, Scans, Show, Probe, Measure: MeasureTools, Compare: CompareTools, Tools };

export function Tabs() {
  const [open, setOpen] = useState("Numbers");
  const Page = PAGES[open] ?? Numbers;
  return (
    <>
      <Container gap={6} flexWrap="wrap">
        {Object.keys(PAGES).map((name) => (
          <Button key={name} pressed={name === open} onClick={() => setOpen(name)}>
            {name}
          </Button>
        ))}
      </Container>
      <Page />
    </>
  );
}
