// etcd: a log of revisions that only grows, newest at the bottom, each with the key that it wrote.
import { sameJson } from '../../react';
import { en } from '../../text/en';
import { useScene } from '../context';
import css from './etcd.module.css';
import shared from './places.module.css';

const t = en.stage;
const SHOWN = 4;

export function Etcd() {
  const etcd = useScene((scene) => scene?.etcd ?? null, sameJson);
  const last = etcd?.last.slice(-SHOWN) ?? [];
  return (
    <>
      <span className={shared.line}>
        <span className={shared.name}>etcd</span>
        <span className={shared.caption}>{t.etcd}</span>
        {etcd !== null && etcd.revision > 0 && (
          <span className={css.totals}>
            {t.revision(etcd.revision)} · {t.keys(etcd.keys)}
          </span>
        )}
      </span>
      <span className={css.log}>
        {last.length === 0 && <span className={shared.caption}>{t.noRevisions}</span>}
        {last.map(({ revision, key, deleted }) => (
          <span key={`${revision} ${key}`} className={css.write} data-newest={revision === etcd?.revision || undefined}>
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
