// What must be said across the stage, each with the next thing to do: a damaged link, another future, a run
// without rest, a fault of ours.
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { MODEL } from '../../wire/run';
import type { Match } from '../address';
import { useDesk } from '../desk';
import { useSignal } from '../react';
import { en } from '../text/en';
import { show } from '../ui';
import { Cross, controls } from './controls';
import { CopyButton } from './copy-button';
import style from './notices.module.css';

export function Notices() {
  return (
    <div className={style.notices}>
      <LinkProblem />
      <OtherRecording />
      <MissedMoment />
      <Replaced />
      <NoRest />
      <Crashes />
    </div>
  );
}

interface NoticeProps {
  readonly children: ReactNode;
  readonly action?: ReactNode;
  readonly dismiss?: () => void;
  readonly urgent?: boolean;
}

function Notice({ children, action, dismiss, urgent = false }: NoticeProps) {
  return (
    <div role={urgent ? 'alert' : 'status'} className={style.notice} data-urgent={urgent}>
      <p>{children}</p>
      {action}
      {dismiss !== undefined && (
        <button
          type="button"
          className={`${controls.button} ${controls.quiet} ${controls.small}`}
          aria-label={en.status.dismiss}
          onClick={dismiss}
        >
          <Cross />
        </button>
      )}
    </div>
  );
}

function LinkProblem() {
  const { address } = useDesk();
  const problem = useSignal(address.problem);
  if (problem === null) return null;
  return (
    <Notice urgent dismiss={address.dismissProblem}>
      {en.link[problem]}
    </Notice>
  );
}

/** Said quietly: what is shown is a true run, but not the one that was shared. */
function OtherRecording() {
  const { address } = useDesk();
  const match = useSignal(address.match);
  const [seen, setSeen] = useState<Match | null>(null);
  if (match === 'unknown' || match === 'same' || match === seen) return null;
  return (
    <Notice dismiss={() => setSeen(match)}>
      {match.model === MODEL ? en.link.otherRecording(match.model) : en.link.otherModel(match.model, MODEL)}
    </Notice>
  );
}

function MissedMoment() {
  const { session } = useDesk();
  const missed = useSignal(session.missedGoal);
  const [seen, setSeen] = useState(false);
  return missed && !seen ? <Notice dismiss={() => setSeen(true)}>{en.link.missing}</Notice> : null;
}

function Replaced() {
  const { session } = useDesk();
  const replaced = useSignal(session.replaced);
  const [seen, setSeen] = useState<number | null>(null);
  if (replaced === null || seen === replaced.seq) return null;
  return (
    <Notice
      dismiss={() => setSeen(replaced.seq)}
      action={
        <>
          <button type="button" className={`${controls.button} ${controls.small}`} onClick={session.takeUpReplaced}>
            {en.terminal.takeUp}
          </button>
          <button type="button" className={`${controls.button} ${controls.small}`} onClick={() => show({ view: 'compare', against: null })}>
            {en.terminal.compare}
          </button>
        </>
      }
    >
      {replaced.place > 0 ? en.terminal.earlier(replaced.place) : en.terminal.fromStart}
    </Notice>
  );
}

function NoRest() {
  const { session } = useDesk();
  const { state, why } = useSignal(session.status);
  if (state !== 'limit' && state !== 'stopped') return null;
  const goOn = (
    <button type="button" className={`${controls.button} ${controls.small}`} onClick={session.goOn}>
      {en.status.goOn}
    </button>
  );
  return (
    <Notice action={goOn}>
      {state === 'limit' ? en.status.limitTitle : en.status.stoppedTitle}
      <small>{state === 'limit' ? (why === null ? en.status.limitHint : en.status.why(why)) : en.status.limitHint}</small>
    </Notice>
  );
}

/** Components of ours that are wrong; the rest of the cluster goes on. */
function Crashes() {
  const { session } = useDesk();
  const { crashes } = useSignal(session.status);
  const [seen, setSeen] = useState(0);
  if (crashes.length <= seen) return null;
  return (
    <Notice
      urgent
      dismiss={() => setSeen(crashes.length)}
      action={
        <CopyButton small text={`${crashes.join('\n')}\n\n${JSON.stringify(session.run.get())}`}>
          {en.status.copyReport}
        </CopyButton>
      }
    >
      {en.status.component(crashes[0]?.split(' ')[0] ?? '')}
      <small>{crashes[0]}</small>
    </Notice>
  );
}

/** The simulation itself is gone: the report leads to the same failure, a restart to the same moment. */
export function Failure() {
  const { session } = useDesk();
  const report = useSignal(session.failure);
  const restart = useRef<HTMLButtonElement>(null);
  const failed = report !== null;
  useEffect(() => {
    if (failed) restart.current?.focus();
  }, [failed]);
  if (!failed) return null;
  return (
    <div className={style.cover}>
      <div role="alertdialog" aria-labelledby="failure-title" aria-describedby="failure-hint" className={style.report}>
        <h2 id="failure-title">{en.status.crashTitle}</h2>
        <p id="failure-hint">{en.status.crashHint}</p>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
        <pre tabIndex={0}>{report}</pre>
        <div className={style.row}>
          <button ref={restart} type="button" className={`${controls.button} ${controls.main}`} onClick={session.restart}>
            {en.status.restart}
          </button>
          <CopyButton text={report}>{en.status.copyReport}</CopyButton>
          <button type="button" className={`${controls.button} ${controls.quiet}`} onClick={session.startOver}>
            {en.status.startOver}
          </button>
        </div>
      </div>
    </div>
  );
}
