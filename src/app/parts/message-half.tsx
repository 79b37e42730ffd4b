// One half of an exchange: how it begins, its headers, its body.
import { jsonText, yamlText } from '../body-text';
import { useDesk } from '../desk';
import { importantFields } from '../important';
import { type PayloadView, rawText } from '../payload-view';
import { message as text } from '../text/message';
import { controls, Segments } from './controls';
import style from './message.module.css';

interface HalfProps {
  readonly title: string;
  readonly view: PayloadView;
  /** Where the other half stands in the recording. */
  readonly seq?: number;
  readonly format: Format;
  readonly setFormat: (format: Format) => void;
}
export type Format = 'yaml' | 'json' | 'raw';

const MOST_LINES = 600;

export function Half({ title, view, seq, format, setFormat }: HalfProps) {
  const { session } = useDesk();
  const { start, failed, headers, body, text: printed } = view;
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
            {text.number(seq)}
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
      {printed !== null && printed !== '' && <Code code={printed} label={text.text} keys={false} />}
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
            <summary>{text.wholeBody}</summary>
            <div className={style.bodyBar}>
              <Segments
                label={text.format}
                value={format}
                choose={setFormat}
                options={[
                  { value: 'yaml', text: text.yaml },
                  { value: 'json', text: text.json },
                  { value: 'raw', text: text.raw },
                ]}
              />
            </div>
            <Code
              code={format === 'raw' ? rawText(view) : format === 'yaml' ? yamlText(body) : jsonText(body)}
              label={text.body}
              keys={format !== 'raw'}
            />
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
      <summary>{text.headers(headers.length)}</summary>
      {rows(headers)}
    </details>
  );
}

/** Text with keys a shade quieter than values. */
function Code({ code, label, keys }: { readonly code: string; readonly label: string; readonly keys: boolean }) {
  const lines = code.split('\n');
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
        {lines.length > MOST_LINES && <i>{text.moreLines(lines.length - MOST_LINES)}</i>}
      </pre>
    </section>
  );
}

/** A line of YAML or JSON as its key, with what stands before it, and the rest. */
function keyAndRest(line: string): readonly [key: string, rest: string] {
  const found = /^\s*(?:- )?"?[^\s":][^":]*"?:/.exec(line);
  return found === null ? ['', line] : [found[0], line.slice(found[0].length)];
}
