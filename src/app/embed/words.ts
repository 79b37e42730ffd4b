// What a page that embeds ours may say, and what it hears: docs/EMBEDDING.md. Whatever comes from another window is
// untrusted: what is not one of these is refused with a reason.
import { err, ok, type Result } from '../../base/result';
import { type At, atOf } from '../../share/moment';

const STEPS = ['message', 'exchange', 'chapter'] as const;
type Step = (typeof STEPS)[number];
export type Wish =
  | { readonly type: 'play' | 'pause' | 'tell' }
  | { readonly type: 'next' | 'previous'; readonly by: Step }
  | { readonly type: 'go'; readonly at: At }
  | { readonly type: 'open'; readonly link: string };
/** Why a wish is not granted. */
export type Refusal = 'unknown-type' | 'bad-moment' | 'bad-step' | 'bad-link' | 'too-many';

/** Of `watchloop`: the version of this form. */
export const VERSION = 1;
const MAX_LINK = 65_536;

/** Null if the message is not meant for us. */
export function wishOf(data: unknown): Result<Wish, Refusal> | null {
  if (typeof data !== 'object' || data === null || !('watchloop' in data) || data.watchloop !== VERSION) return null;
  const { type, at, by = 'message', link } = data as { readonly [name in 'type' | 'at' | 'by' | 'link']?: unknown };
  switch (type) {
    case 'play':
    case 'pause':
    case 'tell':
      return ok({ type });
    case 'next':
    case 'previous': {
      const step = STEPS.find((known) => known === by);
      return step === undefined ? err('bad-step') : ok({ type, by: step });
    }
    case 'go': {
      const moment = typeof at === 'string' || typeof at === 'number' ? atOf(String(at).slice(0, 32)) : null;
      return moment?.ok ? ok({ type, at: moment.value }) : err('bad-moment');
    }
    case 'open':
      return typeof link === 'string' && link.startsWith('#') && link.length <= MAX_LINK ? ok({ type, link }) : err('bad-link');
    default:
      return err('unknown-type');
  }
}
