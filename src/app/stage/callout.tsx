// The sentence at the message: who to whom, what and why, three chips. It stands still so that it can be
// read; a thread ties it to the message while that moves.
import { type RefObject, useLayoutEffect, useRef } from 'react';
import type { ComponentId } from '../../wire/names';
import { binaryOf, nodeOf } from '../../wire/names';
import { Path, Said } from '../parts/said';
import type { Rect } from '../places';
import { usePart, useSignal } from '../react';
import { en } from '../text/en';
import { othersWith } from '../together';
import type { Header } from '../trace-columns';
import { openMessage, saidBelow, show, useUi } from '../ui';
import { rectOf } from '../ways';
import css from './callout.module.css';
import { placeCallout } from './callout-place';
import { docks, isNarrow, toScreen } from './camera';
import { useStage } from './context';
import type { Focus } from './focus';
import type { StageModel } from './model';

const t = en.stage;
const CHIPS = 3;

export function Callout() {
  const model = useStage();
  const focus = useSignal(model.focus);
  const presenting = useUi((ui) => ui.presenting);
  useSignal(model.session.steps);
  const docked = usePart(model.size, (size) => docks(size, presenting));
  const narrow = usePart(model.size, isNarrow);
  const silent = useUi(saidBelow) && narrow;
  const box = useRef<HTMLDivElement>(null);
  const detail = useSignal(model.session.detail);
  const known = focus !== null && detail?.line.seq === focus.header.seq ? detail : null;
  useStanding(box, model, silent ? null : focus);
  if (focus === null || silent) return null;
  const step = model.session.stepAt(focus.header.seq);
  const told = step !== null && step.seq === focus.header.seq ? step : null;
  const sentence = told?.sentence ?? known?.line.sentence ?? null;
  const [from, to] = titleOf(focus);
  const together = othersWith(model.session, focus.header);
  return (
    <div
      ref={box}
      className={css.callout}
      data-tone={focus.tone}
      data-large={presenting || undefined}
      data-docked={docked || undefined}
      key={focus.header.seq}
    >
      <p className={css.title}>
        <strong>{from}</strong>
        {to !== null && (
          <>
            <Arrow /> <strong>{to}</strong>
          </>
        )}
      </p>
      <p className={css.sentence}>{sentence === null ? ' ' : <Said text={saidOf(sentence)} />}</p>
      <div className={css.foot}>
        {(known?.line.chips ?? []).slice(0, CHIPS).map((chip) => (
          <code key={chip} className={css.chip} title={chip}>
            <Path text={chip} />
          </code>
        ))}
        {together.length > 0 && <Bracket others={together} />}
        <span className={css.end}>
          {told?.told != null && <span>{t.told(told.told)}</span>}
          <button type="button" className={css.open} aria-label={t.opens} onClick={openMessage}>
            {t.openShort}
          </button>
        </span>
      </div>
    </div>
  );
}

/** Puts the box beside its message as soon as the browser has laid it out, and again when its size is another. */
function useStanding(box: RefObject<HTMLDivElement | null>, model: StageModel, focus: Focus | null): void {
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null || focus === null) {
      model.callout.set(null);
      return;
    }
    let width = 0;
    let height = 0;
    const scale = (): void => element.style.setProperty('--scale', String(Math.max(1, Math.min(model.view.get().zoom, 1.4))));
    const stand = (): void => {
      scale();
      if (width === 0) return;
      const place = standOf(model, focus, width, height);
      element.style.transform = `translate(${place.x}px, ${place.y}px)`;
      const last = model.callout.get();
      if (last?.x !== place.x || last.y !== place.y || last.w !== place.w || last.h !== place.h) model.callout.set(place);
    };
    const observer = new ResizeObserver(() => {
      width = element.offsetWidth;
      height = element.offsetHeight;
      stand();
    });
    scale();
    observer.observe(element, { box: 'border-box' });
    const stops = [model.view.subscribe(stand), model.size.subscribe(stand)];
    return () => {
      observer.disconnect();
      for (const stop of stops) stop();
    };
  }, [box, model, focus]);
}

const Arrow = () => (
  <svg className={css.arrow} width="16" height="10" viewBox="0 0 16 10" aria-label="to" role="img">
    <path d="M0 5h14M10 1l4 4-4 4" />
  </svg>
);

/** Sender and receiver as people say them; one name for what happens in one place. */
export function titleOf({ header, asker }: Focus): readonly [string, string | null] {
  const from = speaks(header.from, header.actor);
  if (header.kind === 'inside' || header.kind === 'fault') return [from, null];
  return [from, speaks(header.to, asker)];
}

/** Parts of the controller manager that serve all its controllers. */
const SHARED: ReadonlySet<string> = new Set(['', 'shared-informers', 'metadata-informers', 'leader-election']);

function speaks(id: string, actor: string): string {
  if (id === 'kube-controller-manager' && !SHARED.has(actor)) return actor;
  if (id === 'user') return t.you;
  const node = nodeOf(id as ComponentId);
  if (id.startsWith('pod/')) return `Pod ${id.slice(id.lastIndexOf('/') + 1)}`;
  return node === null ? id : `${binaryOf(id as ComponentId)} on ${node}`;
}

/** The sentence without its names: "create Deployment test, because …" -> with a capital. */
function saidOf(sentence: string): string {
  const said = sentence.slice(sentence.indexOf(': ') + 2);
  return said.charAt(0).toUpperCase() + said.slice(1);
}

/** What else is under way: the first by name, the others as a number; each is drawn on the stage. */
const Bracket = ({ others: [first, ...more] }: { readonly others: readonly Header[] }) =>
  first === undefined ? null : (
    <button type="button" className={css.together} title={t.sameTimeHint} onClick={() => show({ panel: 'story', sheet: 'story' })}>
      {t.sameTime(`${speaks(first.from, first.actor)} → ${speaks(first.to, '')}`, more.length)}
    </button>
  );

const NODE_NAME = 150;
const NODE_HEAD = 36;
/** The buttons of the view, in pixels of the stage: see stage.module.css. */
const CONTROLS: Rect = { x: 12, y: 10, w: 94, h: 30 };

/** On a narrow stage at its foot, else beside the message. */
function standOf(model: StageModel, focus: Focus, width: number, height: number): Rect {
  const container = model.size.get();
  if (docks(container, useUi.getState().presenting))
    return { x: (container.width - width) / 2, y: container.height - height - 12, w: width, h: height };
  const view = model.view.get();
  const layout = model.layout.get();
  const ends = [rectOf(layout, focus.from, model.tiles()), rectOf(layout, focus.to, model.tiles())].flatMap((rect) =>
    rect === undefined ? [] : [toScreen(rect, view)],
  );
  const nodes = new Set([layout.place(focus.from)?.node, layout.place(focus.to)?.node]);
  for (const { node, rect } of layout.frames)
    if (nodes.has(node) && node !== null) ends.push(toScreen({ ...rect, w: NODE_NAME, h: NODE_HEAD }, view));
  const others = layout.places.flatMap(({ kind, node, rect }) => {
    const box = toScreen(rect, view);
    // What belongs to the same node counts double.
    return kind === 'part' || kind === 'shelf' ? [] : node !== null && nodes.has(node) ? [box, box] : [box];
  });
  for (const tile of model.tiles().values()) others.push(toScreen(tile, view));
  const way = wayPoints(focus, ends).map(
    ([x, y]) => (focus.way === null ? [x, y] : [x * view.zoom + view.x, y * view.zoom + view.y]) as [number, number],
  );
  const spot = placeCallout({ width, height, container, ends: [...ends, CONTROLS], way, others });
  return { ...spot, w: width, h: height };
}

const SAMPLES = 16;
function wayPoints({ way }: Focus, ends: readonly Rect[]): readonly (readonly [number, number])[] {
  if (way === null) return ends.slice(0, 1).map(({ x, y, w, h }) => [x + w / 2, y + h / 2] as const);
  return Array.from({ length: SAMPLES + 1 }, (_, i) => {
    const { x, y } = way.at(i / SAMPLES);
    return [x, y] as const;
  });
}
