// Copies a text and says that it did.
import { type ReactNode, useEffect, useState } from 'react';
import { en } from '../text/en';
import { controls } from './controls';

const TOLD_MS = 2000;

interface CopyButtonProps {
  readonly text: string;
  readonly small?: boolean;
  /** What one came for. */
  readonly main?: boolean;
  readonly children: ReactNode;
}

export function CopyButton({ text, small = false, main = false, children }: CopyButtonProps) {
  const [said, say] = useState<string | null>(null);
  useEffect(() => {
    if (said === null) return;
    const timer = setTimeout(() => say(null), TOLD_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = (): void => {
    const told = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error('no clipboard'));
    told.then(
      () => say(en.copied),
      () => say(en.copyFailed),
    );
  };
  return (
    <button
      type="button"
      className={[controls.button, small && controls.small, main && controls.main].filter(Boolean).join(' ')}
      onClick={copy}
    >
      <span aria-live="polite">{said ?? children}</span>
    </button>
  );
}
