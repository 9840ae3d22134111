// Where beside a card another one would be dropped: above it or below.
import {
  attachClosestEdge,
  extractClosestEdge,
} from "@atlaskit/pragmatic-drag-and-drop-hitbox/closest-edge";
import { dropTargetForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";

type Dragged = Record<string | symbol, unknown>;

export class DropEdge {
  edge: "top" | "bottom" | null = $state(null);

  /**
   * Take what is dropped on the element of a card; nothing is shown where that is `own`. Its uid is
   * asked for when it is needed: a card that changes while something is dragged stays a target.
   */
  target(element: HTMLElement, uid: () => string, own: (dragged: Dragged) => boolean): () => void {
    return dropTargetForElements({
      element,
      getData: ({ input }) =>
        attachClosestEdge({ uid: uid() }, { element, input, allowedEdges: ["top", "bottom"] }),
      onDrag: ({ self, source }) => {
        const edge = own(source.data) ? null : extractClosestEdge(self.data);
        this.edge = edge as typeof this.edge;
      },
      onDragLeave: () => (this.edge = null),
      onDrop: () => (this.edge = null),
    });
  }
}
