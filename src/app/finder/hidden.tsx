// What a filter found that is not told now, as the way to have it told.
import { LEVELS } from '../../worker/protocol';
import type { Told } from '../matcher';
import { controls } from '../parts/controls';
import type { Session } from '../session';
import { en } from '../text/en';
import { finder } from '../text/timeline';

export function Hidden({ told: { shown, further, boot }, session }: { readonly told: Told; readonly session: Session }) {
  const none = shown.length === 0;
  const level = LEVELS[further?.level ?? 0] ?? 'wire';
  const small = `${controls.button} ${controls.small}`;
  return (
    <>
      {further !== null && (
        <button type="button" className={small} onClick={() => session.setLevel(level)}>
          {finder.further(further.count, en.level[level], none)}
        </button>
      )}
      {further === null && none && boot > 0 && (
        <button type="button" className={small} onClick={() => session.tellBoot(true)}>
          {finder.tellBoot(boot)}
        </button>
      )}
    </>
  );
}
