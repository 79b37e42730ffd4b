// The way from match to match: to the next or the last one that is told.
import type { Desk } from './desk';

/** False if none is told in that direction. */
export function toMatch({ session, matches }: Pick<Desk, 'session' | 'matches'>, direction: 1 | -1): boolean {
  const { player } = session;
  const { seq } = player.cursor.get();
  const list = session.list();
  const fits = (match: number): boolean => (direction > 0 ? match > seq : match < seq) && list.at(list.placeOf(match)) === match;
  const goal = direction > 0 ? matches.get().find(fits) : [...matches.get()].reverse().find(fits);
  if (goal === undefined) return false;
  player.pause();
  player.seek(goal);
  return true;
}
