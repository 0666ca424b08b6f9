import type { Column, Place } from '../../stores/pipeline.ts';

/** A card that is being moved, by hand or by keys, and where it would land. */
export interface Lifted {
  cardId: string;
  to: Place;
  by: 'keys' | 'pointer';
}

/** How many cards a column has without the one that is moving. */
export function roomIn({ cards }: Column, cardId: string): number {
  return cards.reduce((count, { id }) => count + (id === cardId ? 0 : 1), 0);
}

/** Where an arrow key takes a lifted card; null for any other key, and at an end. `forward`: the key towards the last column. */
export function stepTo(
  columns: readonly Column[],
  { cardId, to }: Lifted,
  key: string,
  forward: 'ArrowRight' | 'ArrowLeft',
): Place | null {
  const at = columns.findIndex(({ stage }) => stage.id === to.stageId);
  const column = columns[at];
  if (!column) return null;
  if (key === 'Home') return { ...to, index: 0 };
  if (key === 'End') return { ...to, index: roomIn(column, cardId) };
  if (key === 'ArrowUp') return to.index > 0 ? { ...to, index: to.index - 1 } : null;
  if (key === 'ArrowDown') return to.index < roomIn(column, cardId) ? { ...to, index: to.index + 1 } : null;
  if (key !== 'ArrowLeft' && key !== 'ArrowRight') return null;
  const next = columns[at + (key === forward ? 1 : -1)];
  return next ? { stageId: next.stage.id, index: Math.min(to.index, roomIn(next, cardId)) } : null;
}
