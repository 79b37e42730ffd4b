// What a person chose about how the page looks. Stays on the device; a link never changes it.
import { create } from 'zustand';
import { type Granularity, SPEEDS, type Speed } from './player';

export type Theme = 'system' | 'dark' | 'light' | 'contrast';
export type Motion = 'system' | 'full' | 'reduced';
export interface Preferences {
  readonly theme: Theme;
  readonly motion: Motion;
  readonly speed: Speed;
  /** How far Previous and Next go. */
  readonly stepBy: Granularity;
  /** What was dragged, in pixels; null as it comes. */
  readonly panelWidth: number | null;
  readonly terminalHeight: number | null;
}

const KEY = 'watchloop.preferences';
let keeps = true;
const DEFAULTS: Preferences = { theme: 'system', motion: 'system', speed: 1, stepBy: 'message', panelWidth: null, terminalHeight: null };
/** No drawer is smaller or larger, whatever was kept. */
export const DRAWER = { least: 160, most: 4_000 } as const;
const oneOf =
  (...known: readonly unknown[]) =>
  (choice: unknown): boolean =>
    known.includes(choice);
const isSize = (choice: unknown): boolean =>
  choice === null || (Number.isSafeInteger(choice) && Number(choice) >= DRAWER.least && Number(choice) <= DRAWER.most);
const ALLOWED: { readonly [K in keyof Preferences]: (choice: unknown) => boolean } = {
  theme: oneOf('system', 'dark', 'light', 'contrast'),
  motion: oneOf('system', 'full', 'reduced'),
  speed: oneOf(...SPEEDS),
  stepBy: oneOf('message', 'exchange', 'chapter'),
  panelWidth: isSize,
  terminalHeight: isSize,
};

/** What was stored, as far as it makes sense; storage may be forbidden or hold anything. */
function stored(): Preferences {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    if (typeof value !== 'object' || value === null) return DEFAULTS;
    const entries = Object.entries(value).filter(
      ([name, choice]) => Object.hasOwn(ALLOWED, name) && ALLOWED[name as keyof Preferences](choice),
    );
    return { ...DEFAULTS, ...Object.fromEntries(entries) };
  } catch {
    return DEFAULTS;
  }
}

export const usePreferences = create<Preferences>(() => stored());

/** From now on all holds for this page only. */
export function keepNothing(): void {
  keeps = false;
}

export function prefer(choice: Partial<Preferences>): void {
  usePreferences.setState(choice);
  if (!keeps) return;
  try {
    localStorage.setItem(KEY, JSON.stringify(usePreferences.getState()));
  } catch {
    // Nowhere to keep it: it holds until the page is closed.
  }
}

export function reducedMotion(): boolean {
  const { motion } = usePreferences.getState();
  return motion === 'reduced' || (motion === 'system' && matchMedia('(prefers-reduced-motion: reduce)').matches);
}
