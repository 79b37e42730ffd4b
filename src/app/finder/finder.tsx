// Finds a moment: by its virtual time, or by a filter whose matches are breakpoints. Stays alive while it is closed,
// for what was set still holds.
import { useEffect, useId, useRef, useState } from 'react';
import { FLAGS } from '../../worker/protocol';
import { useDesk } from '../desk';
import { createMatcher, type Matches, toldOf } from '../matcher';
import { Cross, controls, Key } from '../parts/controls';
import { useSignal } from '../react';
import type { Session } from '../session';
import { finder } from '../text/timeline';
import { toMatch } from '../to-match';
import { show, useUi } from '../ui';
import style from './finder.module.css';
import { Hidden } from './hidden';
import { Problem } from './problem';
import { TimeField } from './time-field';

const NONE: readonly number[] = [];

export default function Finder() {
  const open = useUi((ui) => ui.finder);
  const found = useBreakpoints();
  if (open === null) return null;
  return (
    <search
      className={style.finder}
      aria-label={finder.label}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return;
        show({ finder: null });
        event.preventDefault();
      }}
    >
      <TimeField focus={open === 'time'} />
      <Filter found={found} focus={open === 'breakpoints'} />
      <button
        type="button"
        className={`${controls.button} ${controls.quiet} ${controls.small} ${style.close}`}
        aria-label={finder.close}
        onClick={() => show({ finder: null })}
      >
        <Cross />
      </button>
    </search>
  );
}

/** What the breakpoints find: marked on the timeline, and where play pauses. */
function useBreakpoints(): Matches {
  const { session, matches } = useDesk();
  const [matcher] = useState(() => createMatcher(session));
  const text = useUi((ui) => ui.breakpoints);
  const pauses = useUi((ui) => ui.pausesThere);
  const tellsBoot = useSignal(session.tellsBoot);
  const found = useSignal(matcher.found);
  const seqs = found.seqs ?? NONE;
  useEffect(() => matcher.start(), [matcher]);
  useEffect(() => matcher.read(text), [matcher, text]);
  useEffect(() => {
    matches.set(tellsBoot ? seqs : seqs.filter((seq) => (session.columns.flags(seq) & FLAGS.boot) === 0));
    session.player.stops.set(new Set(pauses ? seqs : NONE));
  }, [session, matches, seqs, pauses, tellsBoot]);
  return found;
}

function Filter({ found, focus }: { readonly found: Matches; readonly focus: boolean }) {
  const desk = useDesk();
  const text = useUi((ui) => ui.breakpoints);
  const pauses = useUi((ui) => ui.pausesThere);
  const field = useRef<HTMLInputElement>(null);
  const problemId = useId();
  useEffect(() => {
    if (focus) field.current?.focus();
  }, [focus]);
  return (
    <>
      <label className={style.filter}>
        {finder.breakpoints}
        <input
          ref={field}
          type="search"
          value={text}
          placeholder={finder.example}
          title={finder.hint}
          spellCheck={false}
          autoCapitalize="none"
          autoComplete="off"
          aria-invalid={found.problem !== null}
          aria-describedby={found.problem === null ? undefined : problemId}
          onChange={(event) => show({ breakpoints: event.target.value })}
          onKeyDown={(event) => {
            if (event.key === 'Enter') toMatch(desk, event.shiftKey ? -1 : 1);
            else if (event.key === 'Escape' && text !== '') show({ breakpoints: '' });
            else return;
            event.preventDefault();
          }}
        />
      </label>
      {found.text !== '' && <Steps found={found} session={desk.session} go={(direction) => toMatch(desk, direction)} />}
      <label className={style.pauses}>
        <input type="checkbox" checked={pauses} onChange={(event) => show({ pausesThere: event.target.checked })} />
        {finder.pauses}
      </label>
      {found.problem !== null && <Problem id={problemId} text={text} problem={found.problem} />}
    </>
  );
}

interface StepsProps {
  readonly found: Matches;
  readonly session: Session;
  readonly go: (direction: 1 | -1) => void;
}

function saidOf(found: number, shown: number, here: number): string {
  if (found === 0) return finder.nothing;
  if (shown === 0) return finder.noneHere;
  return here >= 0 ? finder.place(here + 1, shown) : finder.total(shown);
}

/** How many there are, which one the cursor is at, and the way to the others. */
function Steps({ found: { seqs }, session, go }: StepsProps) {
  const { seq } = useSignal(session.player.cursor);
  useSignal(session.grown);
  if (seqs === null) return null;
  const boot = (match: number): boolean => (session.columns.flags(match) & FLAGS.boot) !== 0;
  const told = toldOf(seqs, session.list(), session.columns, boot);
  const { shown } = told;
  const here = shown.indexOf(seq);
  const last = shown[shown.length - 1] ?? -1;
  return (
    <>
      <span className={style.found} role="status">
        {saidOf(seqs.length, shown.length, here)}
        <Hidden told={told} session={session} />
      </span>
      <button
        type="button"
        className={`${controls.button} ${controls.small}`}
        aria-disabled={!shown.some((match) => match < seq)}
        onClick={() => go(-1)}
      >
        {finder.previous} <Key>⇧F3</Key>
      </button>
      <button type="button" className={`${controls.button} ${controls.small}`} aria-disabled={last <= seq} onClick={() => go(1)}>
        {finder.next} <Key>F3</Key>
      </button>
    </>
  );
}
