// What a scenario tells: its steps, questions, goals and what is expected. If it is what the page plays, a step leads to
// its moment, and what is expected is looked up in the recording.
import { type ReactNode, useEffect, useState } from 'react';
import type { Moment, Scenario } from '../../scenarios/scenario';
import type { Matcher } from '../../wire/run';
import { useDesk } from '../desk';
import { useSignal } from '../react';
import type { Session } from '../session';
import { words } from '../text/scenario-text';
import style from './guide.module.css';
import { sameRun } from './open-scenario';

interface GuideProps {
  readonly scenario: Scenario;
  /** Called once the page shows a moment. */
  readonly gone: () => void;
}

export function Guide({ scenario, gone }: GuideProps) {
  const { session } = useDesk();
  const run = useSignal(session.run);
  const inputs = useSignal(session.inputs);
  const { text, steps, questions, goals, expectations, reading } = scenario;
  const plays = run !== null && sameRun(scenario, { ...run, inputs });
  const moments = [...steps, ...questions].flatMap(({ at }) => (typeof at === 'string' ? [] : [at]));
  const matchers = [...moments, ...goals.map(({ reached }) => reached), ...expectations.occurs, ...expectations.never];
  const seen = useSeen(session, plays ? matchers : []);
  const seqOf = (at: Moment): number => (plays ? (typeof at === 'string' ? occurrence(session, at) : (seen?.(at) ?? -1)) : -1);
  function go(seq: number): void {
    session.player.seek(seq);
    gone();
  }
  const moment = (at: Moment, sentence: string): ReactNode => {
    const seq = seqOf(at);
    return seq < 0 ? (
      <p>{sentence}</p>
    ) : (
      <button type="button" className={style.moment} onClick={() => go(seq)}>
        {sentence}
      </button>
    );
  };
  return (
    <div className={style.guide}>
      {text !== '' && <p>{text}</p>}
      {!plays && matchers.length + steps.length > 0 && <p className={style.faint}>{words.notThere}</p>}
      <List title={words.steps} items={steps.map(({ at, text: sentence }) => moment(at, sentence))} />
      <List
        title={words.questions}
        items={questions.map(({ at, ask, options, answer, because }) => (
          <>
            {moment(at, ask)}
            <ul>
              {options.map((option) => (
                <li key={option}>{option}</li>
              ))}
            </ul>
            <details>
              <summary>{words.showAnswer}</summary>
              {words.answer(answer, because)}
            </details>
          </>
        ))}
      />
      <List
        title={words.goals}
        items={goals.map(({ text: goal, reached }) => (
          <>
            {goal}{' '}
            {plays && seen !== null && <Verdict good={seen(reached) >= 0} text={seen(reached) >= 0 ? words.reached : words.notReached} />}
          </>
        ))}
      />
      {plays && seen !== null && <Expectations scenario={scenario} seen={seen} />}
      <List
        title={words.reading}
        items={reading.map(({ title, url }) => (
          <a key={url} href={url} target="_blank" rel="noreferrer">
            {title}
          </a>
        ))}
      />
    </div>
  );
}

function Expectations({ scenario, seen }: { readonly scenario: Scenario; readonly seen: (matcher: Matcher) => number }) {
  const { occurs, never } = scenario.expectations;
  const line = (matcher: Matcher, good: boolean, text: string): ReactNode => (
    <>
      <code>
        {Object.entries(matcher)
          .map(([path, value]) => `${path}: ${value}`)
          .join(', ')}
      </code>{' '}
      <Verdict good={good} text={text} />
    </>
  );
  return (
    <List
      title={words.expectations}
      items={[
        ...occurs.map((matcher) => line(matcher, seen(matcher) >= 0, seen(matcher) >= 0 ? words.occurs : words.missing)),
        ...never.map((matcher) => line(matcher, seen(matcher) < 0, seen(matcher) < 0 ? words.neverSeen : words.found)),
      ]}
    />
  );
}

const Verdict = ({ good, text }: { readonly good: boolean; readonly text: string }) => (
  <span className={style.verdict} data-good={good}>
    {text}
  </span>
);

function List({ title, items }: { readonly title: string; readonly items: readonly ReactNode[] }) {
  if (items.length === 0) return null;
  return (
    <section>
      <h4>{title}</h4>
      <ol>
        {items.map((item, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: entries have no name, and their order is what they are
          <li key={place}>{item}</li>
        ))}
      </ol>
    </section>
  );
}

/** Where matchers are first seen, -1 if nowhere; null while the cluster works or was not asked yet. */
function useSeen(session: Session, matchers: readonly Matcher[]): ((matcher: Matcher) => number) | null {
  const { digest } = useSignal(session.status);
  const [known, setKnown] = useState<{ readonly of: string; readonly seqs: readonly number[] }>({ of: '', seqs: [] });
  const list = JSON.stringify(matchers);
  const of = `${digest} ${list}`;
  useEffect(() => {
    if (digest === null) return;
    let wanted = true;
    session.ask({ type: 'matches', matchers: JSON.parse(list) as readonly Matcher[] }).then(
      ({ seqs }) => wanted && setKnown({ of, seqs }),
      () => undefined,
    );
    return () => {
      wanted = false;
    };
  }, [session, digest, list, of]);
  return known.of === of ? (matcher) => known.seqs[matchers.indexOf(matcher)] ?? -1 : null;
}

function occurrence(session: Session, at: string): number {
  const [chapter, count] = at.split('.');
  return session.steps.get().find((step) => step.chapter.toLowerCase() === chapter && step.occurrence === Number(count))?.seq ?? -1;
}
