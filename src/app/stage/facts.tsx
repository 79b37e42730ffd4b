// The facts of one component, beside it: what it does and never does, and how it is at the cursor.
import { type RefObject, useLayoutEffect, useRef } from 'react';
import type { ComponentId } from '../../wire/names';
import { binaryOf } from '../../wire/names';
import type { PodTile, SceneFacts } from '../../worker/protocol';
import { type Ends, endsOfLine, lineId, troubleOf } from '../acts/lines';
import { later } from '../later';
import type { Layout } from '../layout';
import type { Place, Rect } from '../places';
import { useSignal } from '../react';
import { en } from '../text/en';
import { lookInside, show, useUi } from '../ui';
import { rectOf } from '../ways';
import { placeCallout } from './callout-place';
import { isNarrow, toScreen } from './camera';
import { useStage } from './context';
import { CAPTIONS, clockText, nameOf, nodeState, podPhrase, rulesText, stateOf, troublePhrase } from './describe';
import css from './facts.module.css';
import { indexOf, podsOf } from './scene-index';

const Acts = later(() => import('../acts/menu'));
const t = en.stage;
const MAX_LINES = 6;

export function Facts() {
  const selected = useUi((ui) => ui.selected);
  return selected === null ? null : <Card id={selected} key={selected} />;
}

function Card({ id }: { readonly id: string }) {
  const model = useStage();
  const layout = useSignal(model.layout);
  const scene = useSignal(model.session.scene);
  const box = useRef<HTMLElement>(null);
  useStanding(box, id, layout);
  const node = /^(row|cell|node)\//.test(id) ? id.slice(id.indexOf('/') + 1) : null;
  const place = layout.place(id);
  const line = endsOfLine(id);
  const opens = node !== null && layout.fold !== 'whole' && layout.place(`row/${node}`) !== undefined;
  return (
    <section ref={box} className={css.facts} aria-label={nameOf(id)}>
      <header className={css.head}>
        <h2>{nameOf(id)}</h2>
        <button type="button" className={css.close} aria-label={t.facts.close} onClick={() => show({ selected: null })}>
          <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
            <path d="M2 2l8 8M10 2l-8 8" />
          </svg>
        </button>
      </header>
      <p className={css.does}>{line === null ? (t.does[binaryOf(id as ComponentId)] ?? '') : t.pullHint}</p>
      {scene !== null && (
        <dl className={css.list}>
          {node !== null && <NodeFacts node={node} scene={scene} />}
          {id.startsWith('pod/') && <PodFacts pod={scene.pods.find((pod) => `pod/${pod.key}` === id)} />}
          {line !== null && <LineFacts line={line} scene={scene} />}
          {node === null && place !== undefined && <ComponentFacts id={id} place={place} scene={scene} />}
        </dl>
      )}
      {id !== 'user' && line === null && (
        <button type="button" className={css.action} onClick={() => lookInside(id)}>
          {t.lookInside}
        </button>
      )}
      {opens && (
        <button
          type="button"
          className={css.action}
          onClick={() => {
            model.opened.set(node);
            show({ selected: null });
          }}
        >
          {t.openNode(node)}
        </button>
      )}
      <Acts id={id} onStage />
    </section>
  );
}

/** Keeps the card beside what it is about, off the callout and within the stage. */
function useStanding(box: RefObject<HTMLElement | null>, id: string, layout: Layout): void {
  const model = useStage();
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const stand = (): void => {
      const container = model.size.get();
      const anchor = lineAnchor(id, layout) ?? anchorOf(id, (place) => rectOf(layout, place, model.tiles()), layout.frames);
      if (anchor === null) return;
      const at = toScreen(anchor, model.view.get());
      const callout = model.callout.get();
      const focus = model.focus.get();
      const speaking = focus === null ? [] : [rectOf(layout, focus.from, model.tiles()), rectOf(layout, focus.to, model.tiles())];
      const others = speaking.flatMap((rect) => (rect === undefined ? [] : [toScreen(rect, model.view.get())]));
      const ends = callout === null ? [at] : [at, callout];
      const size = { width: element.offsetWidth, height: element.offsetHeight };
      const spot = isNarrow(container)
        ? { x: (container.width - size.width) / 2, y: container.height - size.height - 12 }
        : placeCallout({ ...size, container, ends, way: [[at.x + at.w / 2, at.y + at.h / 2]], others });
      element.style.transform = `translate(${spot.x}px, ${spot.y}px)`;
    };
    stand();
    const stops = [model.view, model.size, model.callout].map((source) => source.subscribe(stand));
    return () => {
      for (const stop of stops) stop();
    };
  });
}

/** The middle of a line; null if it is none. */
function lineAnchor(id: string, { edges }: Layout): Rect | null {
  const edge = edges.find(({ a, b }) => lineId(a, b) === id || lineId(b, a) === id);
  if (edge === undefined) return null;
  const { x, y } = edge.route.at(0.5);
  return { x, y, w: 1, h: 1 };
}

function anchorOf(
  id: string,
  rectOfPlace: (id: string) => Rect | undefined,
  frames: readonly { readonly node: string; readonly rect: Rect }[],
): Rect | null {
  if (!id.startsWith('node/')) return rectOfPlace(id) ?? null;
  const frame = frames.find(({ node }) => `node/${node}` === id);
  return frame === undefined ? null : { ...frame.rect, h: Math.min(frame.rect.h, 36) };
}

const Fact = ({ name, lines, code = false }: { readonly name: string; readonly lines: readonly string[]; readonly code?: boolean }) => (
  <div>
    <dt>{name}</dt>
    {(lines.length === 0 ? [t.facts.none] : lines.slice(0, MAX_LINES)).map((line, i) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: the same text may stand twice
      <dd key={i}>{code ? <code>{line}</code> : line}</dd>
    ))}
    {lines.length > MAX_LINES && <dd>{t.more(lines.length - MAX_LINES)}</dd>}
  </div>
);

function ComponentFacts({ id, place, scene }: { readonly id: string; readonly place: Place; readonly scene: SceneFacts }) {
  const state = stateOf(place, scene);
  const { kind, node } = place;
  const held = scene.watches.filter(({ client }) => client === id);
  const here = scene.watches.filter(({ server }) => server === id);
  const queues = Object.entries(scene.queues).filter(
    ([queue, count]) => count > 0 && (queue === 'scheduling') === (id === 'kube-scheduler'),
  );
  return (
    <>
      {state !== '' && state !== CAPTIONS[kind] && <Fact name={t.facts.now} lines={[state]} />}
      {(id === 'kube-controller-manager' || id === 'kube-scheduler') && (
        <Fact
          name={t.facts.queues}
          lines={queues.length === 0 ? [t.facts.queueEmpty] : queues.map(([queue, count]) => `${queue}: ${count}`)}
        />
      )}
      {id === 'etcd' && (
        <Fact name={t.facts.revisions} lines={scene.etcd.last.map(({ revision, key }) => `${revision} ${key}`).reverse()} code />
      )}
      {kind === 'kubelet' && <Fact name={t.facts.pods} lines={podsOf(scene, node ?? '').map(podPhrase)} />}
      {held.length > 0 && <Fact name={t.facts.watchesOpen} lines={held.flatMap(({ resources }) => resources)} code />}
      {here.length > 0 && <Fact name={t.facts.watchedBy} lines={here.map(({ client, count }) => `${nameOf(client)}: ${count}`)} />}
    </>
  );
}

function LineFacts({ line, scene }: { readonly line: Ends; readonly scene: SceneFacts }) {
  const { layout } = useStage();
  const trouble = troubleOf(line, scene.troubles, (id) => layout.get().place(id)?.node ?? null);
  return <Fact name={t.facts.now} lines={trouble === null ? [t.open] : [troublePhrase(trouble)]} />;
}

function NodeFacts({ node, scene }: { readonly node: string; readonly scene: SceneFacts }) {
  return (
    <>
      <Fact
        name={t.facts.node}
        lines={[nodeState(indexOf(scene).nodes.get(node)), rulesText(scene.rules[node] ?? 0), ...clockText(scene.clocks[node])]}
      />
      <Fact name={t.facts.pods} lines={podsOf(scene, node).map(podPhrase)} />
    </>
  );
}

function PodFacts({ pod }: { readonly pod: PodTile | undefined }) {
  if (pod === undefined) return null;
  return (
    <Fact
      name={pod.key}
      lines={[
        ...[pod.status, pod.node, pod.ip, pod.owner].filter((line) => line !== null),
        ...pod.containers.map(({ name, state, ready }) => `${name}: ${state}${ready ? `, ${t.ready.toLowerCase()}` : ''}`),
      ]}
    />
  );
}
