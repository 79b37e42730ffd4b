// A node that is folded into a row, or into a cell of a grid: its state, and its Pods as signs or a count.
import type { Place } from '../../places';
import { sameJson } from '../../react';
import { en } from '../../text/en';
import { useScene } from '../context';
import { nodeState } from '../describe';
import { lookOf, type PodLook, PodSign } from '../glyphs';
import { indexOf, podsOf } from '../scene-index';
import css from './folded.module.css';
import { NodeSign } from './group';

const t = en.stage;
const MAX_SIGNS = 18;

export function Row({ place }: { readonly place: Place }) {
  const name = place.node ?? '';
  const node = useScene((scene) => (scene === null ? undefined : indexOf(scene).nodes.get(name)), sameJson);
  const looks = useScene((scene) => podsOf(scene, name).map(lookOf), sameJson);
  return (
    <span className={css.row} data-low={place.rect.h < 40 || undefined}>
      <NodeSign node={node} />
      <span className={css.name}>{name}</span>
      <span className={css.state}>{nodeState(node)}</span>
      <span className={css.signs}>
        {looks.slice(0, MAX_SIGNS).map((look, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: signs have no identity of their own
          <PodSign key={i} look={look} />
        ))}
        {looks.length > MAX_SIGNS && <span className={css.more}>{t.more(looks.length - MAX_SIGNS)}</span>}
      </span>
      <span className={css.count}>{t.pods(looks.length)}</span>
    </span>
  );
}

/** Worst first. */
const GRAVITY: readonly PodLook[] = ['failed', 'unready', 'starting', 'leaving'];

export function Cell({ place }: { readonly place: Place }) {
  const name = place.node ?? '';
  const node = useScene((scene) => (scene === null ? undefined : indexOf(scene).nodes.get(name)), sameJson);
  const counted = useScene((scene) => {
    const looks = podsOf(scene, name).map(lookOf);
    return { count: looks.length, worst: GRAVITY.find((look) => looks.includes(look)) ?? (looks.length > 0 ? 'running' : null) };
  }, sameJson);
  return (
    <span className={css.cell} data-tight={place.rect.w < 34 || undefined}>
      <span className={css.cellHead}>
        <NodeSign node={node} />
        <span className={css.cellName}>{/\d+$/.exec(name)?.[0] ?? name}</span>
      </span>
      <span className={css.cellPods}>
        {counted.worst !== null && <PodSign look={counted.worst} size={8} />}
        {counted.count}
      </span>
    </span>
  );
}
