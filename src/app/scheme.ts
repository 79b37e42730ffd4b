// What canvases must be drawn anew for: the colours that the person chose, or that the system changed.
import { useSyncExternalStore } from 'react';
import { type Theme, usePreferences } from './preferences';

const SCHEMES = ['(prefers-color-scheme: dark)', '(prefers-contrast: more)', '(forced-colors: active)'].map((query) => matchMedia(query));

/** Another value whenever the colours are others. */
export function useColours(): string {
  const theme: Theme = usePreferences((preferences) => preferences.theme);
  const system = useSyncExternalStore(hear, () => SCHEMES.map(({ matches }) => matches).join());
  return `${theme} ${system}`;
}

function hear(tell: () => void): () => void {
  for (const scheme of SCHEMES) scheme.addEventListener('change', tell);
  return () => {
    for (const scheme of SCHEMES) scheme.removeEventListener('change', tell);
  };
}
