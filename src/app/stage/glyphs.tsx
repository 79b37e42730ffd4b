// Our own small signs. A sign says by its shape what its colour says too.
import type { PodTile } from '../../worker/protocol';
import type { Shape } from './focus';
import css from './glyphs.module.css';

/** How a Pod is, for its sign: several status words share one. */
export type PodLook = 'waiting' | 'starting' | 'running' | 'unready' | 'done' | 'failed' | 'leaving';

const FAILED = /Err|Fail|BackOff|OOM|Evicted|Invalid|Unknown|NotFound|Never/;

export function lookOf({ status, phase, ready, containers, node }: PodTile): PodLook {
  if (status === 'Terminating') return 'leaving';
  if (status === 'Completed' || phase === 'Succeeded') return 'done';
  if (phase === 'Failed' || phase === 'Unknown' || FAILED.test(status)) return 'failed';
  if (phase === 'Running') return ready === containers.length ? 'running' : 'unready';
  return node === null ? 'waiting' : 'starting';
}

export const PodSign = ({ look, size = 10 }: { readonly look: PodLook; readonly size?: number }) => (
  <svg aria-hidden="true" className={`${css.sign} ${css[look] ?? ''}`} width={size} height={size} viewBox="0 0 10 10">
    {POD_SHAPES[look]}
  </svg>
);

const POD_SHAPES: { readonly [look in PodLook]: React.ReactNode } = {
  waiting: <circle cx="5" cy="5" r="3.8" className={css.dashed} />,
  starting: (
    <>
      <circle cx="5" cy="5" r="3.8" className={css.outline} />
      <path d="M5 1.2a3.8 3.8 0 0 1 0 7.6z" className={css.solid} />
    </>
  ),
  running: <circle cx="5" cy="5" r="4.2" className={css.solid} />,
  unready: (
    <>
      <circle cx="5" cy="5" r="3.8" className={css.outline} />
      <circle cx="5" cy="5" r="1.5" className={css.solid} />
    </>
  ),
  done: <path d="M1.2 5.4 4 8l5-6" className={css.outline} />,
  failed: <path d="M5 0 10 5 5 10 0 5z" className={css.solid} />,
  leaving: <path d="M1.2 1.2 8.8 8.8M8.8 1.2 1.2 8.8" className={css.outline} />,
};

export const ContainerDot = ({ state, ready }: { readonly state: 'waiting' | 'running' | 'terminated'; readonly ready: boolean }) => (
  <svg
    aria-hidden="true"
    className={`${css.sign} ${state === 'terminated' ? css.leaving : ready ? css.running : css.starting}`}
    width="6"
    height="6"
    viewBox="0 0 6 6"
  >
    {state === 'running' ? (
      <circle cx="3" cy="3" r={ready ? 3 : 2.2} className={ready ? css.solid : css.outline} />
    ) : state === 'waiting' ? (
      <circle cx="3" cy="3" r="2.2" className={css.outline} />
    ) : (
      <path d="M.8.8 5.2 5.2M5.2.8.8 5.2" className={css.outline} />
    )}
  </svg>
);

/** The shapes of messages, as the legend shows them. */
export const MessageSign = ({ shape }: { readonly shape: Shape | 'watch' }) => (
  <svg aria-hidden="true" className={css.sign} width="24" height="12" viewBox="0 0 24 12">
    {MESSAGE_SHAPES[shape]}
  </svg>
);

const MESSAGE_SHAPES: { readonly [shape in Shape | 'watch']: React.ReactNode } = {
  request: <circle cx="12" cy="6" r="4.5" className={css.solid} />,
  answer: <circle cx="12" cy="6" r="3.7" className={css.thick} />,
  delivery: <path d="M17 6 8.5 1.8v8.4z" className={css.solid} />,
  stream: <path d="M8 2h8v8H8z" className={css.solid} />,
  packet: <path d="M6 4.5h12v3H6z" className={css.solid} />,
  failure: <path d="M12 0 18 6 12 12 6 6z" className={css.solid} />,
  watch: (
    <>
      <path d="M1 4h16M1 8h16" className={css.hair} />
      <circle cx="20" cy="6" r="3" className={css.outline} />
    </>
  ),
};
