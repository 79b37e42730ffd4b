// The bookmarks of this run with their notes: a way to go there, to write, to take away.
import { useDesk } from '../desk';
import { useSignal } from '../react';
import { en } from '../text/en';
import style from './bookmarks.module.css';
import { Cross } from './controls';

export function Bookmarks() {
  const { session, marks } = useDesk();
  const bookmarks = useSignal(marks.bookmarks);
  useSignal(session.grown);
  if (bookmarks.length === 0) return null;
  return (
    <ul aria-label={en.marks.title} className={style.bookmarks}>
      {bookmarks.map(({ seq, note }) => {
        const number = session.list().placeOf(seq) + 1;
        return (
          <li key={seq}>
            <button
              type="button"
              aria-label={en.marks.go(number)}
              onClick={() => {
                session.player.pause();
                session.player.seek(seq);
              }}
            >
              {number}
            </button>
            <input
              aria-label={en.marks.note(number)}
              placeholder={en.marks.hint}
              value={note}
              maxLength={500}
              onChange={(event) => marks.write(seq, event.target.value)}
            />
            <button type="button" aria-label={en.marks.remove(number)} onClick={() => marks.toggle(seq)}>
              <Cross />
            </button>
          </li>
        );
      })}
    </ul>
  );
}
