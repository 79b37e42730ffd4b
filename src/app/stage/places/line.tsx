// A line between two places: a hair as long as nobody speaks; two rails with an open ring at the server's
// end while a watch is open.
import { memo } from 'react';
import type { Edge } from '../../places';
import { pathOf } from '../../route';
import { useFocus, useScene } from '../context';
import { indexOf } from '../scene-index';
import css from './line.module.css';

const RAIL = 2.25;
const RING = 3.5;

export const Line = memo(function Line({ edge }: { readonly edge: Edge }) {
  const server = useScene((scene) => (scene === null ? null : watchedEnd(edge, indexOf(scene).watches)));
  const lit = useFocus((focus) => focus?.edge === edge.id);
  const speaking = useFocus((focus) => focus !== null);
  if (edge.quiet) return null;
  const way = server === edge.a ? edge.route.reversed() : edge.route;
  const end = way.at(1);
  const back = way.length > RING * 2 ? 1 - (RING * 2) / way.length : 0;
  return (
    <g className={css.line} data-lit={lit || undefined} data-dim={(speaking && !lit) || undefined}>
      <path className="react-flow__edge-path" d={edge.route.d} data-between={server !== null || undefined} />
      {server !== null && (
        <>
          <path className="react-flow__edge-path" d={pathOf(way.between(0, back, -RAIL))} />
          <path className="react-flow__edge-path" d={pathOf(way.between(0, back, RAIL))} />
          <circle cx={end.x - RING * Math.cos(end.angle)} cy={end.y - RING * Math.sin(end.angle)} r={RING} />
        </>
      )}
    </g>
  );
});

/** The end of a line at which the server of an open watch is; null if none is open along it. */
function watchedEnd({ a, b }: Edge, watches: ReadonlyMap<string, unknown>): string | null {
  const open = (client: string, server: string): boolean => speakersAt(client).some((name) => watches.has(`${name} ${server}`));
  return open(a, b) ? b : open(b, a) ? a : null;
}

/** A folded node stands for those on it. */
const speakersAt = (place: string): readonly string[] =>
  place.startsWith('row/') ? [place.replace('row', 'kubelet'), place.replace('row', 'kube-proxy')] : [place];
