// What is wrong with a filter, and where.
import type { FilterProblem } from '../../trace/filter-text';
import { finder } from '../text/timeline';
import style from './finder.module.css';

interface ProblemProps {
  readonly id: string;
  readonly text: string;
  readonly problem: FilterProblem;
}

export const Problem = ({ id, text, problem: { why, at, length } }: ProblemProps) => (
  <p id={id} role="alert" className={style.problem}>
    {finder.problems[why]}
    <code>
      {text.slice(Math.max(0, at - 20), at)}
      <mark>{text.slice(at, at + Math.min(length, 40))}</mark>
    </code>
  </p>
);
