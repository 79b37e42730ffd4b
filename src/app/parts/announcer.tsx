// Says each step's sentence to who cannot see it: politely, and never faster than it can be heard.
import { useEffect, useState } from 'react';
import { useDesk } from '../desk';
import { useSignal } from '../react';

const SETTLE_MS = 250;

export function Announcer() {
  const { session } = useDesk();
  const { seq } = useSignal(session.player.cursor);
  const detail = useSignal(session.detail);
  const [said, say] = useState('');
  const sentence = detail?.line.seq === seq ? detail.line.sentence : null;
  useEffect(() => {
    if (sentence === null) return;
    const timer = setTimeout(() => say(sentence), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [sentence]);
  return (
    <p className="hidden" aria-live="polite" aria-atomic="true">
      {said}
    </p>
  );
}
