/** Whether something in the scene is being drawn with the mouse, so that the view stays still. */
import { createStore } from "zustand/vanilla";

export const dragging = createStore(() => ({ isDragging: false }));
