// What canvases must be drawn anew for: the colours that the person chose, or that the system changed.
import { useSyncExternalStore } from 'react';
import { type Theme, usePreferences } from './preferences';

const DARK = matchMedia('(prefers-color-scheme: dark)');

/** Another value whenever the colours are others. */
export function useColours(): string {
  const theme: Theme = usePreferences((preferences) => preferences.theme);
  const dark = useSyncExternalStore(hear, () => DARK.matches);
  return `${theme} ${dark}`;
}

function hear(tell: () => void): () => void {
  DARK.addEventListener('change', tell);
  return () => DARK.removeEventListener('change', tell);
}
