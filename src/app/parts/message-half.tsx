// One half of an exchange: how it begins, its headers, its body.
import { jsonText, yamlText } from '../body-text';
import { useDesk } from '../desk';
import { importantFields } from '../important';
import type { PayloadView } from '../payload-view';
import { en } from '../text/en';
import { controls, Segments } from './controls';
import style from './message.module.css';

interface HalfProps {
  readonly title: string;
  readonly view: PayloadView;
  /** Where the other half stands in the recording. */
  readonly seq?: number;
  readonly yaml: boolean;
  readonly setYaml: (yaml: boolean) => void;
}

const MOST_LINES = 600;

export function Half({ title, view, seq, yaml, setYaml }: HalfProps) {
  const { session } = useDesk();
  const { start, failed, headers, body, text } = view;
  const [path, query] = start.split(/(?=\?)/, 2);
  return (
    <section className={style.section}>
      <h3>
        {title}
        {seq !== undefined && (
          <button
            type="button"
            className={`${controls.button} ${controls.quiet} ${controls.small}`}
            onClick={() => session.player.seek(seq)}
          >
            {en.message.number(seq)}
          </button>
        )}
      </h3>
      {start !== '' && (
        <p className={style.start} data-failed={failed}>
          {path}
          {query !== undefined && <span className={style.query}>{query}</span>}
        </p>
      )}
      <Headers headers={headers} />
      {text !== null && text !== '' && <Code text={text} label={en.message.text} keys={false} />}
      {body !== undefined && body !== null && (
        <>
          <dl className={style.pairs}>
            {importantFields(body).map(({ name, value }) => (
              <div key={name} style={{ display: 'contents' }}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
          <details className={style.fold}>
            <summary>{en.message.wholeBody}</summary>
            <div className={style.bodyBar}>
              <Segments
                label={en.message.format}
                value={yaml ? 'yaml' : 'json'}
                choose={(format) => setYaml(format === 'yaml')}
                options={[
                  { value: 'yaml', text: en.message.yaml },
                  { value: 'json', text: en.message.json },
                ]}
              />
            </div>
            <Code text={yaml ? yamlText(body) : jsonText(body)} label={en.message.body} keys />
          </details>
        </>
      )}
    </section>
  );
}

function Headers({ headers }: { readonly headers: PayloadView['headers'] }) {
  if (headers.length === 0) return null;
  const rows = (list: PayloadView['headers']) => (
    <dl className={style.pairs}>
      {list.map(([name, value]) => (
        <div key={name} style={{ display: 'contents' }}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
  return (
    <details className={style.fold}>
      <summary>{en.message.headers(headers.length)}</summary>
      {rows(headers)}
    </details>
  );
}

/** Text with keys a shade quieter than values. */
function Code({ text, label, keys }: { readonly text: string; readonly label: string; readonly keys: boolean }) {
  const lines = text.split('\n');
  const shown = lines.slice(0, MOST_LINES).map((line, number) => ({ number, parts: keys ? keyAndRest(line) : ['', line] }));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section tabIndex={0} aria-label={label} className={style.code}>
      <pre>
        {shown.map(({ number, parts: [key, rest] }) => (
          <span key={number}>
            <i>{key}</i>
            {`${rest}\n`}
          </span>
        ))}
        {lines.length > MOST_LINES && <i>{en.message.moreLines(lines.length - MOST_LINES)}</i>}
      </pre>
    </section>
  );
}

/** A line of YAML or JSON as its key, with what stands before it, and the rest. */
function keyAndRest(line: string): readonly [key: string, rest: string] {
  const found = /^\s*(?:- )?"?[^\s":][^":]*"?:/.exec(line);
  return found === null ? ['', line] : [found[0], line.slice(found[0].length)];
}
