// The diagram: components at fixed places, the message in focus above them. Fills its container.
import { type KeyboardEvent, type MouseEvent, useCallback, useEffect, useRef, useState } from 'react';
import { reducedMotion } from '../preferences';
import { usePart, useSignal } from '../react';
import type { Session } from '../session';
import { en } from '../text/en';
import { actOn, saidBelow, show, useUi } from '../ui';
import { Callout } from './callout';
import { actionOf, followed, isNarrow, MAX_ZOOM, MIN_ZOOM, viewOf, wholeOf } from './camera';
import { StageContext } from './context';
import { Facts } from './facts';
import { Flow, type FlowHandle } from './flow/flow';
import { createStageModel, type StageModel } from './model';
import { Overlay } from './overlay';
import { Box } from './places/box';
import { Group } from './places/group';
import { Legend } from './places/legend';
import { Line } from './places/line';
import type { View } from './render';
import { isDirection, nextStop, stopsOf } from './roving';
import css from './stage.module.css';
import { Words } from './words';

const t = en.stage;
const PARTS = { Box, Group, Line, Legend };
const ZOOMS = { min: MIN_ZOOM, max: MAX_ZOOM };
const CAMERA_MS = 200;
/** Until the callout is there and measured. */
const CALLOUT_ROOM = 130;
const CALLOUT_MARGIN = 12;

export function Stage({ session }: { readonly session: Session }) {
  const [model] = useState(() => createStageModel(session));
  useEffect(() => model.start(), [model]);
  const frame = useRef<HTMLElement>(null);
  const ready = useSized(model, frame);
  return (
    <StageContext.Provider value={model}>
      <section ref={frame} className={css.stage} aria-label={t.label} onKeyDown={(event) => rove(event, model)} onContextMenu={act}>
        {ready && <Content model={model} />}
      </section>
    </StageContext.Provider>
  );
}

/** Tells the model how large the stage is; true once it is known. */
function useSized(model: StageModel, frame: React.RefObject<HTMLElement | null>): boolean {
  const [ready, setReady] = useState(false);
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const measure = (): void => {
      const { clientWidth: width, clientHeight: height } = element;
      const last = model.size.get();
      if (width === 0 || height === 0 || (width === last.width && height === last.height)) return;
      model.size.set({ width, height });
      setReady(true);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [model, frame]);
  return ready;
}

function Content({ model }: { readonly model: StageModel }) {
  const layout = useSignal(model.layout);
  const speaking = useSignal(model.focus) !== null;
  const [start] = useState(() => homeView(model));
  const camera = useCamera(model, start);
  const narrow = usePart(model.size, isNarrow);
  return (
    <div className={css.content} data-narrow={narrow || undefined} data-speaking={speaking || undefined}>
      <Words />
      <Flow layout={layout} parts={PARTS} start={start} zooms={ZOOMS} onReady={camera.onReady} onView={camera.onView} onGround={leave} />
      <Overlay />
      <Callout />
      <Facts />
      <fieldset className={css.controls} aria-label={t.view}>
        {!narrow && (
          <>
            <button type="button" aria-label={t.zoomIn} onClick={() => camera.zoom(1.25)}>
              <Sign d="M8 3v10M3 8h10" />
            </button>
            <button type="button" aria-label={t.zoomOut} onClick={() => camera.zoom(0.8)}>
              <Sign d="M3 8h10" />
            </button>
          </>
        )}
        <button type="button" aria-label={t.fit} onClick={camera.home}>
          <Sign d="M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3" />
        </button>
      </fieldset>
    </div>
  );
}

const Sign = ({ d }: { readonly d: string }) => (
  <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
    <path d={d} />
  </svg>
);

const leave = (): void => show({ selected: null });

const wholeView = (model: StageModel): View => viewOf(wholeOf(model.layout.get()), model.size.get());
const actionView = (model: StageModel): View => {
  const ui = useUi.getState();
  const says = model.focus.get() !== null && !(isNarrow(model.size.get()) && saidBelow(ui));
  const room = says ? (model.callout.get()?.h ?? CALLOUT_ROOM) + 2 * CALLOUT_MARGIN : 0;
  return followed(actionOf(model.layout.get(), model.focus.get(), model.tiles()), model.size.get(), room, ui.presenting);
};
const follows = (model: StageModel): boolean => isNarrow(model.size.get()) || useUi.getState().presenting;
const homeView = (model: StageModel): View => (follows(model) ? actionView(model) : wholeView(model));

/** Wide: all of the stage, until a person moves it. Narrow: where the action is, at each message anew. */
function useCamera(model: StageModel, start: View) {
  const handle = useRef<FlowHandle | null>(null);
  const moved = useRef(false);
  const go = useCallback((view: View) => handle.current?.setView(view, reducedMotion() ? 0 : CAMERA_MS), []);
  useEffect(() => {
    model.view.set(start);
    const stops = [
      model.size.subscribe(() => {
        if (follows(model) || !moved.current) handle.current?.setView(homeView(model), 0);
      }),
      // The callout is measured right after the focus changed: then the room that is left is known.
      ...[model.focus, model.callout].map((source) =>
        source.subscribe(() => {
          const presented = useUi.getState().presenting && !moved.current;
          if (follows(model) || presented) go(homeView(model));
        }),
      ),
      useUi.subscribe((ui, before) => {
        if (ui.presenting !== before.presenting) go(homeView(model));
      }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [model, start, go]);
  return {
    onReady: useCallback((ready: FlowHandle) => {
      handle.current = ready;
    }, []),
    onView: useCallback(
      (view: View, byHand: boolean) => {
        if (byHand) moved.current = true;
        model.view.set(view);
      },
      [model],
    ),
    home(): void {
      moved.current = false;
      go(wholeView(model));
    },
    zoom(by: number): void {
      const { width, height } = model.size.get();
      const { x, y, zoom } = model.view.get();
      const next = Math.max(MIN_ZOOM, Math.min(MAX_ZOOM, zoom * by));
      moved.current = true;
      go({ x: width / 2 - ((width / 2 - x) * next) / zoom, y: height / 2 - ((height / 2 - y) * next) / zoom, zoom: next });
    },
  };
}

/** A right click, or the key for it, opens what can be done to a place. */
function act(event: MouseEvent): void {
  const place = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-place]')?.dataset.place : undefined;
  if (place === undefined) return;
  event.preventDefault();
  actOn(place);
}

/** Within the diagram the arrow keys go from component to component, and X to what can be done to it. */
function rove(event: KeyboardEvent, model: StageModel): void {
  const { key, target } = event;
  if (!(target instanceof HTMLElement) || event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) return;
  const from = target.dataset.place;
  if (from === undefined || !(isDirection(key) || key === 'x')) return;
  event.preventDefault();
  if (!isDirection(key)) return actOn(from);
  event.stopPropagation();
  const next = nextStop(stopsOf(model.layout.get(), model.tiles()), from, key);
  if (next === null) return;
  event.currentTarget.querySelector<HTMLElement>(`[data-place="${CSS.escape(next)}"]`)?.focus({ preventScroll: true });
}
