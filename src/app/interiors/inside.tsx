// The inside of one component as it was at the cursor, with what the message in focus changed.
import { useEffect, useMemo, useState } from 'react';
import type { Interior } from '../../worker/protocol';
import { useDesk } from '../desk';
import { later } from '../later';
import message from '../parts/message.module.css';
import panel from '../parts/panel.module.css';
import { useSignal } from '../react';
import { inside as t } from '../text/inside';
import { useUi } from '../ui';
import { KeyHistory } from './key-history';
import { type MarkedSection, marked } from './sections';
import { Tables } from './tables';
import { sectionsOf } from './views';

const Acts = later(() => import('../acts/menu'));

/** A component now, and just before the message in focus. */
interface Look {
  readonly now: Interior;
  readonly before: Interior | null;
}

export default function Inside() {
  const component = useUi((ui) => ui.inside);
  return component === null ? <p className={panel.empty}>{t.nothing}</p> : <Component id={component} key={component} />;
}

function Component({ id }: { readonly id: string }) {
  const look = useLook(id);
  const { session } = useDesk();
  const detail = useSignal(session.detail);
  const scene = useSignal(session.scene);
  const [opened, setOpened] = useState<string | null>(null);
  const chain = detail?.chain ?? null;
  const object = detail?.line.object ?? null;
  const sections = useMemo((): readonly MarkedSection[] => {
    if (look === null || look.now.interior === null) return [];
    const focus = { chain, object };
    return marked(sectionsOf(id, look.now, focus), look.before === null ? null : sectionsOf(id, look.before, focus));
  }, [id, look, chain, object]);
  if (look === null) return <p className={panel.empty}>{t.loading}</p>;
  const { now } = look;
  const name = id.replace('/', ' / ');
  const acts = <Acts id={id} />;
  if (now.interior === null) {
    return (
      <div className={message.message}>
        <p className={message.sentence}>{now.sinceUs === null ? t.never(name) : t.stopped(name, now.sinceUs)}</p>
        {acts}
      </div>
    );
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <div tabIndex={0} className={message.message}>
      <h2 className={message.head}>
        <span>{name}</span>
        {now.sinceUs !== null && <span className={message.number}>{t.runs(now.sinceUs)}</span>}
      </h2>
      {look.before !== null && <p className={message.sentence}>{t.marksHint}</p>}
      {acts}
      {opened !== null && scene !== null && <KeyHistory name={opened} seq={scene.seq} close={() => setOpened(null)} />}
      <Tables sections={sections} open={setOpened} />
    </div>
  );
}

/** Asks anew whenever the stage shows another moment; what comes too late is dropped. */
function useLook(component: string): Look | null {
  const { session } = useDesk();
  const scene = useSignal(session.scene);
  const [look, setLook] = useState<Look | null>(null);
  const at = scene?.seq ?? -1;
  useEffect(() => {
    let wanted = true;
    const { seq } = session.player.cursor.get();
    const ask = (moment: number) => session.ask({ type: 'interior', seq: moment, component });
    Promise.all([ask(at), seq <= 0 ? null : ask(seq - 1)]).then(
      ([now, before]) => {
        if (wanted) setLook({ now, before: before === null || before.interior === null ? null : before });
      },
      () => undefined,
    );
    return () => {
      wanted = false;
    };
  }, [session, component, at]);
  return look;
}
