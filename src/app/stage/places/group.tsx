// What is drawn behind the places of one machine: its name and how it is.
import type { NodeFacts } from '../../../worker/protocol';
import type { Frame } from '../../places';
import { sameJson, usePart, useSignal } from '../../react';
import { en } from '../../text/en';
import { show, useUi } from '../../ui';
import { useFocus, useScene, useStage } from '../context';
import { nodeState } from '../describe';
import { indexOf } from '../scene-index';
import css from './group.module.css';

const t = en.stage;

export function Group({ frame }: { readonly frame: Frame }) {
  const { active, decision, opened, layout } = useStage();
  const id = `node/${frame.node}`;
  const node = useScene((scene) => (scene === null ? undefined : indexOf(scene).nodes.get(frame.node)), sameJson);
  const known = useScene((scene) => scene !== null);
  const isActive = usePart(active, (at) => at === id);
  const chosen = usePart(decision, (found) => found?.chosen === frame.node);
  const near = useFocus((focus) => focus !== null && (onNode(focus.from, frame.node) || onNode(focus.to, frame.node)));
  const dim = useFocus((focus) => focus !== null) && !near && !chosen;
  const selected = useUi((ui) => ui.selected === id);
  const folds = useSignal(layout).fold !== 'whole' && frame.role === 'worker';
  const dead = known && node?.registered === true && node.ready !== 'True';
  return (
    <div
      className={css.group}
      data-role={frame.role}
      data-near={near || chosen || undefined}
      data-dim={dim || undefined}
      data-dead={dead || undefined}
    >
      <div className={css.head}>
        <button
          type="button"
          className={css.name}
          data-place={id}
          data-selected={selected || undefined}
          aria-expanded={selected}
          aria-label={`${frame.node}${known ? `: ${nodeState(node)}` : ''}`}
          tabIndex={isActive ? 0 : -1}
          onFocus={() => active.set(id)}
          onClick={() => show({ selected: selected ? null : id })}
        >
          {known && <NodeSign node={node} />}
          <span>{frame.node}</span>
        </button>
        {known && <span className={css.state}>{nodeState(node)}</span>}
        {frame.role === 'control-plane' && frame.node !== t.controlPlane.replace(' ', '-') && (
          <span className={css.state}>{t.controlPlane}</span>
        )}
        {folds && (
          <button type="button" className={css.fold} aria-label={t.foldNode(frame.node)} onClick={() => opened.set(null)}>
            <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
              <path d="M2.5 7.5 6 4l3.5 3.5" />
            </svg>
          </button>
        )}
      </div>
    </div>
  );
}

const onNode = (place: string, node: string): boolean => place.endsWith(`/${node}`) && !place.startsWith('pod/');

/** How a node is, by shape and colour. */
export function NodeSign({ node }: { readonly node: NodeFacts | undefined }) {
  const look =
    node === undefined || !node.registered || node.ready === null
      ? 'joining'
      : node.ready !== 'True'
        ? 'failed'
        : node.unschedulable
          ? 'cordoned'
          : node.troubles === undefined
            ? 'ready'
            : 'pressed';
  return (
    <svg className={css.sign} data-look={look} width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
      {look === 'failed' ? (
        <path d="M5 0 10 5 5 10 0 5z" />
      ) : look === 'joining' ? (
        <circle cx="5" cy="5" r="3.6" />
      ) : look === 'pressed' ? (
        <path d="M5 0 10 9H0z" />
      ) : look === 'cordoned' ? (
        <path d="M1 1h8v8H1zM1 9 9 1" />
      ) : (
        <path d="M1 1h8v8H1z" />
      )}
    </svg>
  );
}
