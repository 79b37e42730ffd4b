// etcd: a log of revisions that only grows, newest at the bottom, each with the key that it wrote.
import type { SceneFacts } from '../../../worker/protocol';
import { sameJson, useSignal } from '../../react';
import { en } from '../../text/en';
import { useScene, useStage } from '../context';
import css from './etcd.module.css';
import shared from './places.module.css';

const t = en.stage;
const SHOWN = 4;

export function Etcd() {
  const etcd = useScene((scene) => scene?.etcd ?? null, sameJson);
  const written = useSignal(useStage().written);
  const { rows, marked } = shownOf(etcd?.last ?? [], written);
  return (
    <>
      <span className={shared.line}>
        <span className={shared.name}>etcd</span>
        <span className={shared.caption}>{t.etcd}</span>
        {etcd !== null && etcd.revision > 0 && (
          <span className={css.totals}>
            {t.revision(rows.at(-1)?.revision ?? etcd.revision)} · {t.keys(etcd.keys)}
          </span>
        )}
      </span>
      <span className={css.log}>
        {rows.length === 0 && <span className={shared.caption}>{t.noRevisions}</span>}
        {rows.map(({ revision, key, deleted }) => (
          <span key={`${revision} ${key}`} className={css.write} data-newest={revision === marked || undefined}>
            <span className={css.revision}>{revision}</span>
            <span className={css.tick} />
            <span className={deleted ? css.gone : css.key}>{key}</span>
            {deleted && <span className={css.deleted}>{t.deleted}</span>}
          </span>
        ))}
      </span>
    </>
  );
}

type Writes = NonNullable<SceneFacts['etcd']>['last'];

/** The newest writes, or up to the one that the message in focus is about; that one, or the newest, is marked. */
function shownOf(last: Writes, written: number | null): { readonly rows: Writes; readonly marked: number | undefined } {
  const place = last.findIndex(({ revision }) => revision === written);
  const end = place < 0 ? last.length : Math.max(place + 1, Math.min(SHOWN, last.length));
  return { rows: last.slice(Math.max(0, end - SHOWN), end), marked: place < 0 ? last.at(-1)?.revision : (written ?? undefined) };
}
