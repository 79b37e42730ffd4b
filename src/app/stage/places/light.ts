// Which part a place has in the message in focus.
import type { Focus } from '../focus';

export type Light = 'from' | 'to' | 'both' | null;

export function lightOf(focus: Focus | null, id: string): Light {
  if (focus === null) return null;
  if (focus.from === id) return focus.to === id ? 'both' : 'from';
  return focus.to === id ? 'to' : null;
}
