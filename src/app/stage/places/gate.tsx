// kube-apiserver: a gate with chambers. Those that the request in focus has entered are lit; a refusal
// shuts its chamber, and below stands why.
import { CHAMBERS, type Chamber, chamberRect, passage } from '../../layout';
import type { Place } from '../../places';
import { usePart, useSignal } from '../../react';
import { en } from '../../text/en';
import { useScene, useStage } from '../context';
import { indexOf } from '../scene-index';
import css from './gate.module.css';
import shared from './places.module.css';

const t = en.stage;
const WAY_THROUGH = passage('storage', true).d;

export function Gate({ place }: { readonly place: Place }) {
  const { gate } = useStage();
  const watches = useScene((scene) => (scene === null ? null : (indexOf(scene).watchesAt.get(place.id) ?? 0)));
  const refusal = usePart(gate, ({ verdicts, shown }) => {
    const last = verdicts[shown - 1];
    return last?.state === 'refused' ? last : null;
  });
  return (
    <>
      <span className={css.reception}>
        <span className={css.title}>kube-apiserver</span>
        <span className={shared.caption}>{t.gate}</span>
        {watches !== null && <span className={css.watches}>{t.watches(watches)}</span>}
      </span>
      <span className={css.chambers}>
        {CHAMBERS.map((chamber, i) => (
          <ChamberRoom key={chamber} chamber={chamber} place={place} number={i} />
        ))}
      </span>
      <svg aria-hidden="true" className={css.corridor} viewBox={`${place.rect.x} ${place.rect.y} ${place.rect.w} ${place.rect.h}`}>
        <path d={WAY_THROUGH} />
      </svg>
      {refusal !== null && (
        <span className={css.reason}>
          <span>
            <strong>{t.refused(t.chambers[refusal.chamber][0])}.</strong> {refusal.says}
          </span>
        </span>
      )}
    </>
  );
}

function ChamberRoom({ chamber, place, number }: { readonly chamber: Chamber; readonly place: Place; readonly number: number }) {
  const state = useSignal(useStage().gate);
  const index = state.verdicts.findIndex((verdict) => verdict.chamber === chamber);
  const verdict = index >= 0 && index < state.shown ? state.verdicts[index] : undefined;
  const box = chamberRect(chamber);
  const [name, question] = t.chambers[chamber];
  return (
    <span
      className={css.chamber}
      data-state={verdict?.state}
      data-passing={state.passing || undefined}
      data-number={number}
      style={{ left: box.x - place.rect.x, top: box.y - place.rect.y, width: box.w, height: box.h }}
    >
      <span className={css.chamberName}>{name}</span>
      <span className={css.door} />
      <span className={css.says}>{verdict === undefined ? question : verdict.state === 'refused' ? t.notFit : verdict.says}</span>
    </span>
  );
}
