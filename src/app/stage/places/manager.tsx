// kube-controller-manager: its controllers as lamps. A lamp is lit while keys wait in its queue, with their
// number, and while it speaks.
import { sameJson } from '../../react';
import { en } from '../../text/en';
import { useFocus, useScene } from '../context';
import css from './manager.module.css';
import shared from './places.module.css';

/** Controllers as people name them; queue and actor names begin with the key, signs and case aside. */
const CONTROLLERS: readonly (readonly [key: string, label: string])[] = [
  ['deployment', 'deployment'],
  ['replicaset', 'replicaset'],
  ['daemonset', 'daemonset'],
  ['endpointslice', 'endpointslice'],
  ['endpoint', 'endpoints'],
  ['namespace', 'namespace'],
  ['node', 'node lifecycle'],
  ['noexec', 'node lifecycle'],
  ['taint', 'node lifecycle'],
  ['podgarbage', 'pod gc'],
  ['garbage', 'garbage collector'],
  ['serviceaccount', 'serviceaccount'],
  ['rootca', 'root CA'],
];
const LABELS = [...new Set(CONTROLLERS.map(([, label]) => label)), en.stage.others];

/** Which lamp a queue or an actor lights; null for what is no controller of the manager. */
export function lampOf(name: string): string | null {
  const key = name.toLowerCase().replace(/[^a-z]/g, '');
  if (key === 'scheduling' || key === 'leaderelection' || key === 'sharedinformers') return null;
  return CONTROLLERS.find(([start]) => key.startsWith(start))?.[1] ?? en.stage.others;
}

function lampCounts(queues: { readonly [queue: string]: number }): { readonly [label: string]: number } {
  const counts: { [label: string]: number } = {};
  for (const [queue, count] of Object.entries(queues)) {
    const label = lampOf(queue);
    if (label !== null) counts[label] = (counts[label] ?? 0) + count;
  }
  return counts;
}

export function Manager() {
  const counts = useScene((scene) => lampCounts(scene?.queues ?? {}), sameJson);
  const speaks = useFocus((focus) =>
    focus?.header.from === 'kube-controller-manager' && focus.header.actor !== '' ? lampOf(focus.header.actor) : null,
  );
  return (
    <>
      <span className={shared.line}>
        <span className={shared.name}>kube-controller-manager</span>
      </span>
      <span className={shared.caption}>{en.stage.manager}</span>
      <span className={css.lamps}>
        {LABELS.map((label) => (
          <span
            key={label}
            className={css.lamp}
            data-lit={(counts[label] ?? 0) > 0 || undefined}
            data-speaks={speaks === label || undefined}
          >
            <span className={css.light} />
            <span>{label}</span>
            {(counts[label] ?? 0) > 0 && <span className={css.count}>{counts[label]}</span>}
          </span>
        ))}
      </span>
    </>
  );
}
