// The transcript: the story as a document that can be searched, copied and printed.
import { useEffect, useState } from 'react';
import { typedLine } from '../../wire/curl-line';
import { useDesk } from '../desk';
import style from '../learn/learn.module.css';
import { controls } from '../parts/controls';
import { CopyButton } from '../parts/copy-button';
import { Said } from '../parts/said';
import { useSignal } from '../react';
import { timeText } from '../text/duration';
import { transcript } from '../text/transcript';
import { chaptersOf, markdownOf, type Told } from './document';
import css from './transcript.module.css';

/** A document longer than this is no hand-out. */
const MOST_LINES = 2_000;

export default function Transcript() {
  const { session } = useDesk();
  const { seq } = useSignal(session.player.cursor);
  const inputs = useSignal(session.inputs);
  const told = useTold();
  if (told === null) return <p className={style.page}>{transcript.loading}</p>;
  const lines = told.slice(0, MOST_LINES);
  const title = inputs.flatMap(({ input }) => typedLine(input) ?? []).join('; ');
  return (
    <article aria-label={transcript.title} className={`${style.page} ${css.document}`}>
      <header>
        <h2>{title === '' ? transcript.title : title}</h2>
        <p>{lines.length === 0 ? transcript.empty : transcript.hint}</p>
        {lines.length > 0 && (
          <p className={css.tools}>
            <CopyButton text={markdownOf(title, lines)}>{transcript.copy}</CopyButton>
            <button type="button" className={controls.button} onClick={() => print()}>
              {transcript.print}
            </button>
          </p>
        )}
      </header>
      {chaptersOf(lines).map(({ name, lines: [first, ...others] }) => (
        <section key={first?.seq}>
          <h3>{name}</h3>
          <ol>
            {(first === undefined ? [] : [first, ...others]).map((line) => (
              <li key={line.seq}>
                <time>{timeText(line.atUs)}</time>
                <button
                  type="button"
                  aria-current={line.seq === seq ? 'step' : undefined}
                  onClick={() => {
                    session.player.pause();
                    session.player.seek(line.seq);
                  }}
                >
                  <Said text={line.sentence} />
                </button>
              </li>
            ))}
          </ol>
        </section>
      ))}
      {told.length > MOST_LINES && <p>{transcript.more(MOST_LINES)}</p>}
    </article>
  );
}

/** What is told at this level, without boot; asked again when the recording came to rest. */
function useTold(): readonly Told[] | null {
  const { session } = useDesk();
  const level = useSignal(session.level);
  const { digest } = useSignal(session.status);
  const [told, setTold] = useState<readonly Told[] | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a digest says that the recording is another
  useEffect(() => {
    let wanted = true;
    void session.ask({ type: 'transcript', level }).then(({ lines }) => {
      const first = session.list().at(0);
      if (wanted) setTold(first < 0 ? [] : lines.filter((line) => line.seq >= first));
    });
    return () => {
      wanted = false;
    };
  }, [session, level, digest]);
  return told;
}
