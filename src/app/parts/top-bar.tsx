// Name, scenario, level of telling, view, share. Nothing else.
import { useEffect } from 'react';
import { RUNS } from '../../scenarios/runs';
import { typedLine } from '../../wire/curl-line';
import type { Level } from '../../worker/protocol';
import { useDesk } from '../desk';
import { prefer, usePreferences } from '../preferences';
import { useSignal } from '../react';
import { en } from '../text/en';
import { show, useUi } from '../ui';
import { ChooseBranch } from './branches';
import { Chevron, controls, Mark, Segments } from './controls';
import { ChooseScenario } from './scenarios';
import style from './top-bar.module.css';
import { ChooseView } from './views';

export function TopBar() {
  const { session } = useDesk();
  const level = useSignal(session.level);
  const panel = useUi((ui) => ui.panel);
  return (
    <header className={style.bar}>
      <button type="button" className={style.name} title={en.bar.startPage} aria-label={en.bar.startPage} onClick={session.startOver}>
        <Mark />
        <span className={style.word}>{en.name}</span>
      </button>
      <Title />
      <div className={style.tools}>
        <span className={style.wideOnly}>
          <ChooseScenario />
        </span>
        <span className={style.wideOnly}>
          <ChooseBranch />
        </span>
        <span className={style.wideOnly}>
          <ChooseView />
        </span>
        <Segments<Level>
          label={en.level.label}
          value={level}
          choose={session.setLevel}
          options={[
            { value: 'story', text: en.level.story, hint: en.level.storyHint },
            { value: 'messages', text: en.level.messages, hint: en.level.messagesHint },
            { value: 'wire', text: en.level.wire, hint: en.level.wireHint },
          ]}
        />
        <button
          type="button"
          className={`${controls.button} ${controls.quiet} ${style.wideOnly}`}
          aria-pressed={panel !== null}
          onClick={() => show({ panel: panel === null ? 'story' : null })}
        >
          {en.bar.panel}
        </button>
        <ViewMenu />
        <button type="button" className={controls.button} onClick={() => show({ sharing: true })}>
          {en.bar.share}
        </button>
      </div>
    </header>
  );
}

function Title() {
  const { session, address } = useDesk();
  const inputs = useSignal(session.inputs);
  useSignal(session.run);
  const scenario = address.scenario();
  const lines = inputs.flatMap(({ input }) => typedLine(input) ?? []);
  const more = scenario === null ? lines.length - 1 : 0;
  const first = scenario === null ? lines[0] : RUNS[scenario].title;
  useEffect(() => {
    document.title = first === undefined ? en.title : `${first} · ${en.name}`;
  }, [first]);
  return (
    <h1 className={style.title} data-fresh={scenario !== null || lines.length === 0}>
      {first ?? en.scenario.fresh}
      {more > 0 && <span className={style.more}>{en.scenario.more(more)}</span>}
    </h1>
  );
}

function ViewMenu() {
  const { session } = useDesk();
  const { theme, motion } = usePreferences();
  const presenting = useUi((ui) => ui.presenting);
  const tellsBoot = useSignal(session.tellsBoot);
  return (
    <>
      <button type="button" className={`${controls.button} ${controls.quiet}`} popoverTarget="view-menu">
        {en.bar.view}
        <Chevron />
      </button>
      <div id="view-menu" popover="auto" role="dialog" aria-label={en.bar.view} className={style.menu}>
        <div className={style.narrowOnly}>
          <ChooseScenario />
          <ChooseBranch />
          <ChooseView />
        </div>
        <h2>{en.view.theme}</h2>
        <Segments
          label={en.view.theme}
          value={theme}
          choose={(choice) => prefer({ theme: choice })}
          options={[
            { value: 'system', text: en.view.auto, hint: en.view.system },
            { value: 'dark', text: en.view.dark },
            { value: 'light', text: en.view.light },
            { value: 'contrast', text: en.view.contrast, hint: en.view.contrastHint },
          ]}
        />
        <h2>{en.view.motion}</h2>
        <Segments
          label={en.view.motion}
          value={motion}
          choose={(choice) => prefer({ motion: choice })}
          options={[
            { value: 'system', text: en.view.auto, hint: en.view.motionSystem },
            { value: 'full', text: en.view.motionFull },
            { value: 'reduced', text: en.view.motionReduced },
          ]}
        />
        <h2>{en.view.size}</h2>
        <Segments
          label={en.view.size}
          value={presenting ? 'presentation' : 'normal'}
          choose={(size) => show({ presenting: size === 'presentation', panel: null })}
          options={[
            { value: 'normal', text: en.view.normal },
            { value: 'presentation', text: en.view.presentation },
          ]}
        />
        <label className={style.check}>
          <input type="checkbox" checked={tellsBoot} onChange={(event) => session.tellBoot(event.target.checked)} />
          <span>
            {en.view.boot}
            <small>{en.view.bootHint}</small>
          </span>
        </label>
        <div className={style.row}>
          <button type="button" className={controls.button} onClick={() => show({ shortcuts: true })}>
            {en.bar.shortcuts}
          </button>
        </div>
      </div>
    </>
  );
}
