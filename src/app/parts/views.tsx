// The middle of the page: the stage, or another way to look at the same recording.
import { lazy, Suspense } from 'react';
import { useDesk } from '../desk';
import { Stage } from '../stage/stage';
import { en } from '../text/en';
import { show, useUi, VIEWS, type View } from '../ui';
import { Choice } from './controls';
import panel from './panel.module.css';

const OTHERS = {
  ladder: lazy(() => import('../ladder/ladder')),
  table: lazy(() => import('../table/table')),
  objects: lazy(() => import('../objects/objects')),
  flow: lazy(() => import('../learn/flow')),
  architecture: lazy(() => import('../learn/architecture')),
  transcript: lazy(() => import('../transcript/transcript')),
  compare: lazy(() => import('../branches/compare')),
} satisfies { readonly [view in Exclude<View, 'stage'>]: unknown };

export function Views() {
  const { session } = useDesk();
  const view = useUi((ui) => ui.view);
  if (view === 'stage') return <Stage session={session} />;
  const Other = OTHERS[view];
  return (
    <Suspense fallback={<p className={panel.empty}>{en.loading}</p>}>
      <Other />
    </Suspense>
  );
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
