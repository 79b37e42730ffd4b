// The edge of a drawer: drag it, or move it by arrow keys. The drawer keeps its size on this device.
import { type KeyboardEvent, type PointerEvent, type RefObject, useEffect, useRef, useState } from 'react';
import { DRAWER, prefer, usePreferences } from '../preferences';
import style from './grip.module.css';

interface GripProps {
  /** Which side of a drawer it is on: above (row) or at its left (column). */
  readonly direction: 'row' | 'column';
  readonly target: RefObject<HTMLElement | null>;
  readonly keeps: keyof typeof PROPERTIES;
  readonly label: string;
}

/** The custom property of the target that holds its size. */
const PROPERTIES = { panelWidth: '--panel-width', terminalHeight: '--terminal-height' } as const;
const MOST_SHARE = 0.6;
const STEP = 24;

export function Grip({ direction, target, keeps, label }: GripProps) {
  const held = useRef<{ readonly at: number; readonly size: number } | null>(null);
  const [shown, setShown] = useState(() => usePreferences.getState()[keeps]);
  const whole = direction === 'row' ? innerHeight : innerWidth;
  const most = Math.round(whole * MOST_SHARE);
  const at = (event: PointerEvent): number => (direction === 'row' ? event.clientY : event.clientX);
  const size = (): number => (direction === 'row' ? target.current?.offsetHeight : target.current?.offsetWidth) ?? DRAWER.least;

  function resize(wanted: number): void {
    const next = Math.round(Math.max(DRAWER.least, Math.min(most, wanted)));
    setShown(next);
    prefer({ [keeps]: next });
  }
  useEffect(() => {
    if (shown !== null) target.current?.style.setProperty(PROPERTIES[keeps], `${Math.min(shown, most)}px`);
  }, [shown, most, keeps, target]);
  function onKeyDown(event: KeyboardEvent): void {
    const larger = direction === 'row' ? 'ArrowUp' : 'ArrowLeft';
    const smaller = direction === 'row' ? 'ArrowDown' : 'ArrowRight';
    if (event.key === larger) resize(size() + STEP);
    else if (event.key === smaller) resize(size() - STEP);
    else return;
    event.preventDefault();
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a separator that moves is no rule between texts
    <div
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={direction === 'row' ? 'horizontal' : 'vertical'}
      aria-valuenow={shown ?? Math.round(size())}
      aria-valuemin={DRAWER.least}
      aria-valuemax={most}
      className={style[direction]}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        held.current = { at: at(event), size: size() };
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        if (held.current !== null) resize(held.current.size + held.current.at - at(event));
      }}
      onPointerUp={() => {
        held.current = null;
      }}
    />
  );
}
