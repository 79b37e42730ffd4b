// Puts the chosen theme, motion and size on the document, where the style sheet reads them.
import { reducedMotion, usePreferences } from './preferences';
import { useUi } from './ui';

export function followPreferences(root: HTMLElement): void {
  const put = (): void => {
    const { theme } = usePreferences.getState();
    if (theme === 'system') delete root.dataset.theme;
    else root.dataset.theme = theme;
    root.dataset.motion = reducedMotion() ? 'reduced' : 'full';
    root.dataset.size = useUi.getState().presenting ? 'presentation' : 'normal';
  };
  put();
  usePreferences.subscribe(put);
  useUi.subscribe(put);
  matchMedia('(prefers-reduced-motion: reduce)').addEventListener('change', put);
}
