// What a person chose about how the page looks. Stays on the device; a link never changes it.
import { create } from 'zustand';
import type { Speed } from './player';

export type Theme = 'system' | 'dark' | 'light' | 'contrast';
export type Motion = 'system' | 'full' | 'reduced';
export interface Preferences {
  readonly theme: Theme;
  readonly motion: Motion;
  readonly speed: Speed;
}

const KEY = 'watchloop.preferences';
const DEFAULTS: Preferences = { theme: 'system', motion: 'system', speed: 1 };
const ALLOWED: { readonly [K in keyof Preferences]: readonly Preferences[K][] } = {
  theme: ['system', 'dark', 'light', 'contrast'],
  motion: ['system', 'full', 'reduced'],
  speed: [0.25, 0.5, 1, 2, 4, 'instant'],
};

/** What was stored, as far as it makes sense; storage may be forbidden or hold anything. */
function stored(): Preferences {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    if (typeof value !== 'object' || value === null) return DEFAULTS;
    const entries = Object.entries(value).filter(([name, choice]) =>
      (ALLOWED[name as keyof Preferences] as readonly unknown[] | undefined)?.includes(choice),
    );
    return { ...DEFAULTS, ...Object.fromEntries(entries) };
  } catch {
    return DEFAULTS;
  }
}

export const usePreferences = create<Preferences>(() => stored());

export function prefer(choice: Partial<Preferences>): void {
  usePreferences.setState(choice);
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
