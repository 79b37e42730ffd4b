// What is drawn above the boxes: the canvas with all messages, and the one in focus as a real button.
import { useEffect, useRef } from 'react';
import { reducedMotion, usePreferences } from '../preferences';
import { useSignal } from '../react';
import { en } from '../text/en';
import { openMessage } from '../ui';
import { titleOf } from './callout';
import { useStage } from './context';
import css from './overlay.module.css';
import { createPainter } from './painter';

export function Overlay() {
  const model = useStage();
  const canvas = useRef<HTMLCanvasElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const ring = useRef<HTMLDivElement>(null);
  const number = useRef<HTMLSpanElement>(null);
  const motion = usePreferences((preferences) => preferences.motion);
  useEffect(() => {
    if (canvas.current === null || button.current === null || ring.current === null || number.current === null) return;
    void motion; // another wish for motion draws anew
    return createPainter(
      model,
      { canvas: canvas.current, button: button.current, ring: ring.current, number: number.current },
      reducedMotion,
    );
  }, [model, motion]);
  const focus = useSignal(model.focus);
  const { session } = model;
  const step = focus === null ? null : session.stepAt(focus.header.seq);
  const told = step !== null && step.seq === focus?.header.seq ? step.told : null;
  return (
    <div className={css.overlay}>
      <canvas ref={canvas} className={css.canvas} />
      <div ref={ring} className={css.ring} aria-hidden="true">
        <i />
      </div>
      <span ref={number} className={css.number} data-tone={focus?.tone} aria-hidden="true" hidden>
        <b key={focus?.header.seq} data-flash>
          {told ?? (focus === null ? '' : session.list().placeOf(focus.header.seq) + 1)}
        </b>
      </span>
      <button
        ref={button}
        type="button"
        className={css.message}
        hidden
        aria-label={
          focus === null
            ? en.stage.opens
            : `${en.stage.opens}: ${titleOf(focus)
                .filter((name) => name !== null)
                .join(' to ')}`
        }
        onClick={openMessage}
      />
    </div>
  );
}
