// A scenario as text: edited, checked while it is typed, run, taken back, read from a file and kept as one.
import { type ChangeEvent, useDeferredValue, useEffect, useId, useMemo, useRef, useState } from 'react';
import type { Scenario } from '../../scenarios/scenario';
import { SCENARIO } from '../../scenarios/schema';
import { type Lint, MAX_TEXT, readText, textOf } from '../../scenarios/text';
import { useDesk } from '../desk';
import { controls } from '../parts/controls';
import { words } from '../text/scenario-text';
import { completionAt } from './completion';
import style from './editor.module.css';
import { Guide } from './guide';
import { namesIn } from './names';
import { runScenario } from './open-scenario';
import { TextArea } from './text-area';

interface EditorProps {
  readonly scenario: Scenario;
  readonly close: () => void;
}

/** Texts that were changed and not run, by the text that they were: closing the editor loses nothing. */
const drafts = new Map<string, string>();

export default function Editor({ scenario, close }: EditorProps) {
  const desk = useDesk();
  const original = useMemo(() => `${schemaLine()}${textOf(scenario)}`, [scenario]);
  const [text, setText] = useState(() => drafts.get(original) ?? original);
  const [trouble, setTrouble] = useState<string | null>(null);
  const checked = useDeferredValue(text);
  const { scenario: read, lints } = useMemo(() => readText(checked), [checked]);
  const [good, setGood] = useState(read);
  if (read !== null && read !== good) setGood(read);
  const names = useMemo(() => namesIn(good?.cluster ?? null), [good]);
  const area = useRef<HTMLTextAreaElement>(null);
  const status = useId();
  useEffect(() => area.current?.focus({ preventScroll: true }), []);

  function change(next: string): void {
    setTrouble(null);
    setText(next);
    if (next === original) drafts.delete(original);
    else drafts.set(original, next);
  }
  function run(): void {
    const now = readText(text);
    if (now.scenario === null) return goTo(now.lints[0]);
    drafts.delete(original);
    runScenario(now.scenario, desk);
    close();
  }
  function goTo(lint: Lint | undefined): void {
    area.current?.focus();
    if (lint !== undefined) area.current?.setSelectionRange(lint.from, lint.to);
  }
  return (
    <div className={style.editor}>
      <div className={style.tools}>
        <button type="button" className={`${controls.button} ${controls.main}`} aria-disabled={read === null} onClick={run}>
          {words.run}
        </button>
        <button type="button" className={controls.button} aria-disabled={text === original} onClick={() => change(original)}>
          {words.revert}
        </button>
        <OpenFile take={change} refuse={setTrouble} />
        <button type="button" className={controls.button} onClick={() => download(text)}>
          {words.download}
        </button>
        <span className={style.hint}>{words.hint}</span>
      </div>
      <TextArea
        area={area}
        text={text}
        lints={checked === text ? lints : []}
        describedBy={status}
        change={change}
        run={run}
        complete={(value, offset) => completionAt(value, offset, SCENARIO, names)}
      />
      <div className={style.problems}>
        <p id={status} role="status" data-good={read !== null && trouble === null}>
          {trouble ?? (read === null ? words.problems(lints.length) : words.good(read.inputs.length))}
        </p>
        <Problems lints={lints} goTo={goTo} />
      </div>
      {good !== null && (
        <section className={style.guide} aria-label={words.guide}>
          <h3>{good.title}</h3>
          <Guide scenario={good} gone={close} />
        </section>
      )}
    </div>
  );
}

function OpenFile({ take, refuse }: { readonly take: (text: string) => void; readonly refuse: (why: string) => void }) {
  async function read({ target }: ChangeEvent<HTMLInputElement>): Promise<void> {
    const file = target.files?.[0];
    // Four bytes at most for each letter.
    if (file !== undefined && file.size > 4 * MAX_TEXT) refuse(words.tooLarge);
    else if (file !== undefined) take(await file.text());
    // The same file may be chosen again.
    target.value = '';
  }
  return (
    <label className={`${controls.button} ${style.file}`}>
      <input type="file" accept=".yaml,.yml,.json" onChange={(event) => void read(event)} />
      {words.openFile}
    </label>
  );
}

function Problems({ lints, goTo }: { readonly lints: readonly Lint[]; readonly goTo: (lint: Lint) => void }) {
  return (
    <ul>
      {lints.map((lint) => (
        <li key={`${lint.from} ${lint.text}`}>
          <button type="button" onClick={() => goTo(lint)}>
            <b>{words.place(lint.line, lint.column)}</b>
            {lint.text}
          </button>
        </li>
      ))}
    </ul>
  );
}

/** For editors that complete by a schema: it stands beside the page. */
const schemaLine = (): string =>
  `# yaml-language-server: $schema=${new URL('scenario.schema.json', document.baseURI).href.replace(/[?#].*$/, '')}\n`;

function download(text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/yaml' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = 'scenario.yaml';
  link.click();
  URL.revokeObjectURL(url);
}
