// The middle of the page: the stage, or another way to look at the same recording.
import { useDesk } from '../desk';
import { later } from '../later';
import { Stage } from '../stage/stage';
import { en } from '../text/en';
import { show, useUi, VIEWS, type View } from '../ui';
import { Choice } from './controls';
import panel from './panel.module.css';

const opening = <p className={panel.empty}>{en.loading}</p>;
const OTHERS = {
  ladder: later(() => import('../ladder/ladder'), opening),
  table: later(() => import('../table/table'), opening),
  objects: later(() => import('../objects/objects'), opening),
  flow: later(() => import('../learn/flow'), opening),
  architecture: later(() => import('../learn/architecture'), opening),
  transcript: later(() => import('../transcript/transcript'), opening),
  compare: later(() => import('../branches/compare'), opening),
} satisfies { readonly [view in Exclude<View, 'stage'>]: unknown };

export function Views() {
  const { session } = useDesk();
  const view = useUi((ui) => ui.view);
  if (view === 'stage') return <Stage session={session} />;
  const Other = OTHERS[view];
  return <Other />;
}

export function ChooseView() {
  const view = useUi((ui) => ui.view);
  return (
    <Choice
      label={en.views.label}
      value={view}
      choose={(chosen) => show({ view: chosen })}
      options={VIEWS.map((value) => ({ value, text: en.views[value] }))}
    />
  );
}
