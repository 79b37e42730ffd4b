// A line between two places: a hair as long as nobody speaks; two rails with an open ring at the server's
// end while a watch is open; interrupted where it was cut on purpose. One that is a network can be pulled apart.
import { memo } from 'react';
import type { Trouble } from '../../../worker/protocol';
import { endsOf, troubleOf } from '../../acts/lines';
import type { Edge } from '../../places';
import { pathOf, type Route } from '../../route';
import { useFocus, useScene, useStage } from '../context';
import { indexOf } from '../scene-index';
import css from './line.module.css';
import { Pull } from './pull';

const RAIL = 2.25;
const RING = 3.5;
/** Half the gap of a line that is cut, in pixels of the stage. */
const GAP = 9;

/** With a hundred nodes most lines are quiet: they hear nothing. */
export const Line = memo(function Line({ edge }: { readonly edge: Edge }) {
  return edge.quiet ? null : <Drawn edge={edge} />;
});

function Drawn({ edge }: { readonly edge: Edge }) {
  const server = useScene((scene) => (scene === null ? null : watchedEnd(edge, indexOf(scene).watches)));
  const lit = useFocus((focus) => focus?.edge === edge.id);
  const speaking = useFocus((focus) => focus !== null);
  const layout = useStage().layout.get();
  const ends = endsOf(edge.a, edge.b);
  const trouble = useScene((scene) =>
    scene === null || ends === null ? null : (troubleOf(ends, scene.troubles, (id) => layout.place(id)?.node ?? null)?.kind ?? null),
  );
  const way = server === edge.a ? edge.route.reversed() : edge.route;
  const end = way.at(1);
  const back = way.length > RING * 2 ? 1 - (RING * 2) / way.length : 0;
  return (
    <g className={css.line} data-lit={lit || undefined} data-dim={(speaking && !lit) || undefined}>
      {trouble === null ? (
        <path className="react-flow__edge-path" d={edge.route.d} data-between={server !== null || undefined} />
      ) : (
        <Troubled route={edge.route} kind={trouble} />
      )}
      {ends !== null && <Pull edge={edge} ends={ends} />}
      {trouble === null && server !== null && (
        <>
          <path className="react-flow__edge-path" d={pathOf(way.between(0, back, -RAIL))} />
          <path className="react-flow__edge-path" d={pathOf(way.between(0, back, RAIL))} />
          <circle cx={end.x - RING * Math.cos(end.angle)} cy={end.y - RING * Math.sin(end.angle)} r={RING} />
        </>
      )}
    </g>
  );
}

/** Cut: a gap with a cross. Stalled or slow: dashes. */
function Troubled({ route, kind }: { readonly route: Route; readonly kind: Trouble['kind'] }) {
  const { x, y } = route.at(0.5);
  const gap = Math.min(0.4, GAP / route.length);
  if (kind !== 'partition') return <path className="react-flow__edge-path" d={route.d} data-trouble={kind} />;
  return (
    <g data-trouble={kind}>
      <path className="react-flow__edge-path" d={pathOf(route.between(0, 0.5 - gap))} />
      <path className="react-flow__edge-path" d={pathOf(route.between(0.5 + gap, 1))} />
      <path className="react-flow__edge-path" d={`M${x - 4} ${y - 4}l8 8m0 -8l-8 8`} />
    </g>
  );
}

/** The end of a line at which the server of an open watch is; null if none is open along it. */
function watchedEnd({ a, b }: Edge, watches: ReadonlyMap<string, unknown>): string | null {
  const open = (client: string, server: string): boolean => speakersAt(client).some((name) => watches.has(`${name} ${server}`));
  return open(a, b) ? b : open(b, a) ? a : null;
}

/** A folded node stands for those on it. */
const speakersAt = (place: string): readonly string[] =>
  place.startsWith('row/') ? [place.replace('row', 'kubelet'), place.replace('row', 'kube-proxy')] : [place];
