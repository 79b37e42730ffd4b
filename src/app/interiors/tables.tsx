// Sections as the page shows them: a heading, folds where there are groups, and one kind of table for all.

import message from '../parts/message.module.css';
import { Path } from '../parts/said';
import { inside as t } from '../text/inside';
import css from './inside.module.css';
import type { MarkedGroup, MarkedRow, MarkedSection } from './sections';

const MAX_ROWS = 100;
/** What must be broken anywhere, so that a table is no wider than its panel. */
const LONG_WORD = /[^\s\-/_.:]{18}/;
type Open = (key: string) => void;

export const Tables = ({ sections, open }: { readonly sections: readonly MarkedSection[]; readonly open: Open }) =>
  sections.map((section) => <Part key={section.title} section={section} open={open} />);

function Part({ section, open }: { readonly section: MarkedSection; readonly open: Open }) {
  const groups = section.groups.filter(({ name, rows }) => name !== '' || rows.length > 0);
  return (
    <section className={message.section}>
      <h3>{section.title}</h3>
      {groups.map((group) =>
        group.name === '' ? (
          <Rows key="" section={section} group={group} open={open} />
        ) : (
          <details key={group.name} className={message.fold} open={group.open === true}>
            <summary>
              {group.name} <span className={css.count}>{group.rows.length}</span>
              {group.changed > 0 && <span className={css.mark}>{t.marks.changed}</span>}
            </summary>
            <Rows section={section} group={group} open={open} />
          </details>
        ),
      )}
      {(groups.length === 0 || section.note !== undefined) && <p className={message.none}>{section.note ?? t.none}</p>}
    </section>
  );
}

function Rows({ section, group, open }: { readonly section: MarkedSection; readonly group: MarkedGroup; readonly open: Open }) {
  const { heads, title } = section;
  // What changed is never cut off.
  const shown = group.rows.filter(({ mark }, i) => i < MAX_ROWS || mark !== 'same');
  return (
    <>
      <table className={message.changes} aria-label={group.name === '' ? title : `${title}: ${group.name}`}>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <Line key={`${row.mark === 'gone'} ${row.key}`} row={row} columns={heads.length} open={open} />
          ))}
        </tbody>
      </table>
      {shown.length < group.rows.length && <p className={message.none}>{t.more(group.rows.length - shown.length)}</p>}
    </>
  );
}

function Line({ row, columns, open }: { readonly row: MarkedRow; readonly columns: number; readonly open: Open }) {
  const { cells, mark, tone, opens } = row;
  return (
    <tr className={css.row} data-mark={mark} data-tone={tone}>
      {cells.map((cell, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its column
        <td key={i} data-long={LONG_WORD.test(cell) || undefined} colSpan={i === cells.length - 1 ? columns - i : 1}>
          {i === 0 && opens !== undefined ? (
            <button type="button" className={css.key} onClick={() => open(opens)}>
              <Path text={cell} />
            </button>
          ) : (
            <Path text={cell} />
          )}
          {i === 0 && mark !== 'same' && <span className={css.mark}>{t.marks[mark]}</span>}
        </td>
      ))}
    </tr>
  );
}
