// The filter's line: what it says, where it is wrong, how much it finds, and the way from match to match.
import { useId } from 'react';
import { useDesk } from '../desk';
import { Hidden } from '../finder/hidden';
import { Problem } from '../finder/problem';
import { controls } from '../parts/controls';
import { table } from '../text/table';
import { show, useUi } from '../ui';
import style from './table.module.css';
import type { Found } from './use-rows';

interface FilterBarProps {
  readonly found: Found;
  readonly atFirst: boolean;
  readonly atLast: boolean;
  readonly next: () => void;
  readonly previous: () => void;
}

export function FilterBar({ found: { found, total, told, problem }, atFirst, atLast, next, previous }: FilterBarProps) {
  const text = useUi((ui) => ui.filter);
  const problemId = useId();
  const { session } = useDesk();
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
      <span role="status">{told === null ? table.all(total) : table.found(found, total)}</span>
      {told !== null && found > 0 && <Hidden told={told} session={session} />}
      <button type="button" className={`${controls.button} ${controls.small}`} aria-disabled={atFirst} onClick={previous}>
        {table.previous}
      </button>
      <button type="button" className={`${controls.button} ${controls.small}`} aria-disabled={atLast} onClick={next}>
        {table.next}
      </button>
      {problem !== null && <Problem id={problemId} text={text} problem={problem} />}
    </div>
  );
}
