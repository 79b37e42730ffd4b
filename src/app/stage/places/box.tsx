// One component on the stage: a button that opens its facts. It selects its own slice of what is shown,
// so that a message lights two boxes and leaves the others alone.
import { type ComponentType, memo } from 'react';
import type { Place, PlaceKind } from '../../places';
import { usePart } from '../../react';
import { lookInside, show, useUi } from '../../ui';
import { useFocus, useScene, useStage } from '../context';
import { describePlace, isDown } from '../describe';
import { Etcd } from './etcd';
import { Cell, Row } from './folded';
import { Gate } from './gate';
import { lightOf } from './light';
import { Manager } from './manager';
import css from './places.module.css';
import { Scheduler } from './scheduler';
import { Shelf, WaitingPods } from './shelf';
import { Containerd, Kernel, Named, Part, Registry } from './small';
import { Terminal } from './terminal';

const BODIES: { readonly [kind in Exclude<PlaceKind, 'shelf'>]: ComponentType<{ readonly place: Place }> } = {
  terminal: Terminal,
  kubectl: Named,
  gate: Gate,
  etcd: Etcd,
  manager: Manager,
  scheduler: Scheduler,
  registry: Registry,
  kubelet: Named,
  containerd: Containerd,
  part: Part,
  'kube-proxy': Named,
  kernel: Kernel,
  row: Row,
  cell: Cell,
};

export const Box = memo(function Box({ place }: { readonly place: Place }) {
  if (place.kind === 'shelf') return <Shelf place={place} />;
  return (
    <>
      <ComponentBox place={place} kind={place.kind} />
      {place.kind === 'scheduler' && <WaitingPods origin={place.rect} />}
    </>
  );
});

function ComponentBox({ place, kind }: { readonly place: Place; readonly kind: Exclude<PlaceKind, 'shelf'> }) {
  const { active } = useStage();
  const light = useFocus((focus) => lightOf(focus, place.id));
  const tone = useFocus((focus) => (lightOf(focus, place.id) === null ? undefined : focus?.tone));
  const down = useScene((scene) => isDown(place, scene));
  const label = useScene((scene) => describePlace(place, scene));
  const isActive = usePart(active, (id) => id === place.id);
  const selected = useUi((ui) => ui.selected === place.id);
  const Body = BODIES[kind];
  return (
    <button
      type="button"
      className={`${css.box} ${css[kind] ?? ''}`}
      data-place={place.id}
      data-light={light ?? undefined}
      data-tone={tone}
      data-down={down || undefined}
      data-selected={selected || undefined}
      aria-label={label}
      aria-expanded={selected}
      tabIndex={isActive ? 0 : -1}
      onFocus={() => active.set(place.id)}
      onClick={() => show({ selected: selected ? null : place.id })}
      onDoubleClick={() => lookInside(place.id)}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || !selected) return;
        event.preventDefault();
        lookInside(place.id);
      }}
    >
      <span className={css.body} aria-hidden="true">
        <Body place={place} />
      </span>
    </button>
  );
}
