// kube-scheduler: the Pods that wait for a node; while it decides, its table of nodes.
import { useSignal } from '../../react';
import { en } from '../../text/en';
import { useScene, useStage } from '../context';
import type { Decision } from '../model';
import { indexOf } from '../scene-index';
import shared from './places.module.css';
import css from './scheduler.module.css';

const t = en.stage;
const SHOWN = 4;

export function Scheduler() {
  const decision = useSignal(useStage().decision);
  const waiting = useScene((scene) => (scene === null ? 0 : indexOf(scene).waiting.length));
  return (
    <>
      <span className={shared.name}>kube-scheduler</span>
      {decision === null ? (
        <>
          <span className={shared.caption}>{t.scheduler}</span>
          <span className={css.waits}>{t.waits(waiting)}</span>
        </>
      ) : (
        <Table decision={decision} />
      )}
    </>
  );
}

function Table({ decision }: { readonly decision: Decision }) {
  const best = Math.max(1, ...decision.nodes.map(({ score }) => score ?? 0));
  const byScore = [...decision.nodes].sort(
    (a, b) => Number(b.name === decision.chosen) - Number(a.name === decision.chosen) || (b.score ?? -1) - (a.score ?? -1),
  );
  const rest = byScore.length - SHOWN;
  return (
    <span className={css.table}>
      {byScore.slice(0, SHOWN).map(({ name, score, whyNot }) => (
        <span key={name} className={css.row} data-chosen={name === decision.chosen || undefined} data-out={whyNot !== null || undefined}>
          <span className={css.node}>{name}</span>
          {whyNot === null ? (
            <svg aria-hidden="true" className={css.bar} viewBox="0 0 100 6" preserveAspectRatio="none">
              <rect width={score === null ? 100 : Math.max(4, (100 * score) / best)} height="6" rx="1" />
            </svg>
          ) : (
            <span className={css.why}>{whyNot}</span>
          )}
          {whyNot === null && score !== null && <span className={css.score}>{score}</span>}
        </span>
      ))}
      {rest > 0 && <span className={shared.caption}>{t.more(rest)}</span>}
    </span>
  );
}
