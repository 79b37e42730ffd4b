// The architecture in fourteen cards, and what people wrongly believe: each with the moment of this recording
// that shows it.
import { useEffect, useState } from 'react';
import type { Lesson, Lessons } from '../../worker/protocol';
import { useDesk } from '../desk';
import { toTerminal } from '../keyboard';
import { controls } from '../parts/controls';
import { useSignal } from '../react';
import { learn } from '../text/learn';
import { show } from '../ui';
import css from './architecture.module.css';
import style from './learn.module.css';

export default function Architecture() {
  const lessons = useLessons();
  if (lessons === null) return <p className={style.page}>{learn.loading}</p>;
  return (
    <div className={style.page}>
      <Cards title={learn.architecture} lessons={lessons.architecture} />
      <Cards title={learn.beliefs} lessons={lessons.beliefs} />
    </div>
  );
}

/** The lessons of the recording so far; asked again when the cluster came to rest. */
function useLessons(): Lessons | null {
  const { session } = useDesk();
  const { digest } = useSignal(session.status);
  const [lessons, setLessons] = useState<Lessons | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a digest says that the recording is another
  useEffect(() => {
    let wanted = true;
    void session.ask({ type: 'lessons' }).then((answer) => {
      if (wanted) setLessons(answer.lessons);
    });
    return () => {
      wanted = false;
    };
  }, [session, digest]);
  return lessons;
}

function Cards({ title, lessons }: { readonly title: string; readonly lessons: readonly Lesson[] }) {
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <ul className={css.cards}>
        {lessons.map((lesson) => (
          <li key={lesson.id}>
            <h3>
              {lesson.never === null ? `“${lesson.title}.”` : lesson.title}
              {lesson.never !== null && <small>{lesson.id}</small>}
            </h3>
            <p>{lesson.text}</p>
            {lesson.never !== null && (
              <p>
                <b>{learn.never}:</b> {lesson.never}
              </p>
            )}
            <Way lesson={lesson} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** To the record that shows it, or to the command that would. */
function Way({ lesson: { seq, title, command } }: { readonly lesson: Lesson }) {
  const { session, line } = useDesk();
  if (seq !== null) {
    return (
      <button
        type="button"
        className={`${controls.button} ${controls.small}`}
        aria-label={`${learn.show}: ${title}`}
        onClick={() => {
          session.player.pause();
          session.player.seek(seq);
          show({ view: 'stage' });
        }}
      >
        {learn.show} <span className={controls.key}>{learn.at(seq)}</span>
      </button>
    );
  }
  if (command === null) return <small>{learn.breaks}</small>;
  return (
    <button
      type="button"
      className={`${controls.button} ${controls.small} ${controls.quiet}`}
      aria-label={`${learn.type}: ${command}`}
      onClick={() => {
        line.write(command);
        toTerminal();
      }}
    >
      {learn.type}
    </button>
  );
}
