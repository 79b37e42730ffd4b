// The flow at a glance: one still picture of the 17 told steps, each a way to its moment in the recording.

import { PLAIN_COMMAND } from '../../share/link';
import { useDesk } from '../desk';
import { controls } from '../parts/controls';
import { useSignal } from '../react';
import type { Session } from '../session';
import { learn } from '../text/learn';
import { splitSentence } from '../text/sentence';
import { show } from '../ui';
import css from './flow.module.css';
import { ARROWS, BADGE, BOXES, HEIGHT, type StepNumber, WIDTH } from './flow-picture';
import style from './learn.module.css';

export default function Flow() {
  const { session, line } = useDesk();
  const steps = useSignal(session.steps);
  const { seq } = useSignal(session.player.cursor);
  const moments = momentsOf(session);
  const current = steps.reduce((found, step) => (step.seq <= seq && step.told !== null ? step.told : found), 0);
  const go = (step: StepNumber): void => {
    const moment = moments.get(step);
    if (moment === undefined) return;
    session.player.pause();
    session.player.seek(moment);
  };
  return (
    <section aria-labelledby="flow-title" className={style.page}>
      <header>
        <h2 id="flow-title">{learn.flow}</h2>
        <p>{moments.size === 0 ? learn.empty : `${learn.flowHint} ${learn.numbers}`}</p>
        {moments.size === 0 && (
          <button
            type="button"
            className={controls.button}
            onClick={() => {
              line.write(PLAIN_COMMAND);
              line.submit();
            }}
          >
            {learn.run} <code>{PLAIN_COMMAND}</code>
          </button>
        )}
      </header>
      {current > 0 && <Current session={session} />}
      <div className={css.flow}>
        <Picture current={current} has={(step) => moments.has(step)} go={go} />
        <ol>
          {ARROWS.map(({ step }) => (
            <li key={step}>
              <button
                type="button"
                aria-current={step === current ? 'step' : undefined}
                aria-disabled={!moments.has(step)}
                onClick={() => go(step)}
              >
                <b className={css.number}>{step}</b>
                <span>
                  {learn.steps[step]}
                  {moments.size > 0 && !moments.has(step) && <small className={css.absent}>{learn.notYet}</small>}
                </span>
              </button>
            </li>
          ))}
        </ol>
      </div>
    </section>
  );
}

/** The first record of each told step. */
function momentsOf(session: Session): ReadonlyMap<number, number> {
  const moments = new Map<number, number>();
  for (const { told, seq } of session.steps.get()) if (told !== null && !moments.has(told)) moments.set(told, seq);
  return moments;
}

/** What was sent at the cursor, in words, and the way to see it travel. */
function Current({ session }: { readonly session: Session }) {
  const { seq } = useSignal(session.player.cursor);
  const header = session.columns.header(seq);
  const step = session.stepAt(seq);
  if (header === null || step === null) return null;
  const { who, what } = splitSentence(step.sentence, header);
  return (
    <p className={css.current}>
      <span>
        <b>{who}</b> {what}
      </span>
      <button type="button" className={controls.button} onClick={() => show({ view: 'stage' })}>
        {learn.onStage}
      </button>
    </p>
  );
}

interface PictureProps {
  readonly current: number;
  readonly has: (step: StepNumber) => boolean;
  readonly go: (step: StepNumber) => void;
}

/** The list beside it says the same in words and is what the keyboard uses. */
function Picture({ current, has, go }: PictureProps) {
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true" className={css.picture}>
      <defs>
        <marker
          id="flow-head"
          viewBox="0 0 8 8"
          refX="8"
          refY="4"
          markerUnits="userSpaceOnUse"
          markerWidth="10"
          markerHeight="10"
          orient="auto"
        >
          <path d="M0 0 8 4 0 8z" />
        </marker>
      </defs>
      {BOXES.map(({ name, x, y, width, height }) => (
        <g key={name} data-box={name}>
          <rect x={x} y={y} width={width} height={height} rx="6" />
          <text x={x + width / 2} y={y + height / 2}>
            {learn.boxes[name]}
          </text>
        </g>
      ))}
      {ARROWS.map(({ step, x1, y1, x2, y2, at, tone }) => (
        // biome-ignore lint/a11y/noStaticElementInteractions: the list has the same as buttons
        <g
          key={step}
          data-tone={tone}
          data-current={step === current || undefined}
          data-absent={!has(step) || undefined}
          onClick={() => go(step)}
        >
          <line x1={x1} y1={y1} x2={x2} y2={y2} markerEnd="url(#flow-head)" />
          <circle cx={at.x} cy={at.y} r={BADGE} />
          <text x={at.x} y={at.y}>
            {step}
          </text>
        </g>
      ))}
    </svg>
  );
}
