// The drawer at the right of a wide page. It comes in softly; the stage makes room at once.
import { LazyMotion, MotionConfig } from 'framer-motion';
import * as m from 'framer-motion/m';
import { useRef } from 'react';
import { usePreferences } from '../preferences';
import { en } from '../text/en';
import { type Panel, show } from '../ui';
import { Cross } from './controls';
import { Grip } from './grip';
import { Body, Tabs } from './panel';
import style from './panel.module.css';

const NAMES: readonly Panel[] = ['story', 'message', 'inside'];
const loadFeatures = () => import('./motion-features').then((features) => features.default);
const REDUCED = { system: 'user', reduced: 'always', full: 'never' } as const;

export default function Drawer({ panel }: { readonly panel: Panel }) {
  const { motion } = usePreferences();
  const self = useRef<HTMLElement>(null);
  return (
    <LazyMotion features={loadFeatures} strict>
      <MotionConfig reducedMotion={REDUCED[motion]}>
        <m.aside
          ref={self}
          className={style.panel}
          aria-label={en.bar.panel}
          initial={{ opacity: 0, x: 16 }}
          animate={{ opacity: 1, x: 0 }}
          transition={{ duration: 0.2, ease: 'easeOut' }}
        >
          <Grip direction="column" target={self} keeps="panelWidth" label={en.bar.resizePanel} />
          <Tabs names={NAMES} chosen={panel} choose={(name) => show({ panel: name })}>
            <button type="button" className={style.close} aria-label={en.bar.closePanel} onClick={() => show({ panel: null })}>
              <Cross />
            </button>
          </Tabs>
          <Body name={panel} />
        </m.aside>
      </MotionConfig>
    </LazyMotion>
  );
}
