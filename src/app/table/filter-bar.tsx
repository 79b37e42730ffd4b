// The filter's line: what it says, where it is wrong, how much it finds, and the way from match to match.
import { useId } from 'react';
import { controls } from '../parts/controls';
import { table } from '../text/table';
import { show, useUi } from '../ui';
import style from './table.module.css';
import type { Found } from './use-rows';

interface FilterBarProps {
  readonly found: Found;
  /** Number of the row at the cursor; 0 if there is none. */
  readonly place: number;
  readonly next: () => void;
  readonly previous: () => void;
}

export function FilterBar({ found: { rows, total, filtered, problem }, place, next, previous }: FilterBarProps) {
  const text = useUi((ui) => ui.filter);
  const problemId = useId();
  return (
    <div className={style.bar}>
      <label>
        {table.filter}
        <input
          type="search"
          value={text}
          placeholder={table.example}
          spellCheck={false}
          autoCapitalize="none"
          autoComplete="off"
          aria-invalid={problem !== null}
          aria-describedby={problem === null ? undefined : problemId}
          onChange={(event) => show({ filter: event.target.value })}
          onKeyDown={(event) => {
            if (event.key === 'Escape' && text !== '') show({ filter: '' });
            else if (event.key === 'Enter') (event.shiftKey ? previous : next)();
            else return;
            event.preventDefault();
            event.stopPropagation();
          }}
        />
      </label>
      <span role="status">{filtered ? table.found(rows.length, total) : table.all(total)}</span>
      <button
        type="button"
        className={`${controls.button} ${controls.small}`}
        aria-disabled={place === 1 || rows.length === 0}
        onClick={previous}
      >
        {table.previous}
      </button>
      <button type="button" className={`${controls.button} ${controls.small}`} aria-disabled={place === rows.length} onClick={next}>
        {table.next}
      </button>
      {problem !== null && (
        <p id={problemId} role="alert">
          {table.problems[problem.why]}
          <code>
            {text.slice(Math.max(0, problem.at - 20), problem.at)}
            <mark>{text.slice(problem.at, problem.at + Math.min(problem.length, 40))}</mark>
          </code>
        </p>
      )}
    </div>
  );
}
