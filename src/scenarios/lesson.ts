// The form of a lesson: what to look at in a run, a question to it, and where to read on.
import { sortedBy } from '../base/order';
import type { LibraryScenario, Moment, Question, Reading, StoryStep } from './scenario';

export type Lesson = Pick<LibraryScenario, 'steps' | 'questions' | 'reading'> & Partial<Pick<LibraryScenario, 'goals'>>;

const DOCS = 'https://kubernetes.io/docs/';

export const step = (at: Moment, text: string): StoryStep => ({ at, text });

/** A page of the concepts of Kubernetes' documentation. */
export const read = (title: string, path: string): Reading => ({ title, url: `${DOCS}concepts/${path}` });

export const readReference = (title: string, path: string): Reading => ({ title, url: `${DOCS}reference/${path}` });

/** The first option is the right one; they are shown by their letters. */
export const question = (at: Moment, ask: string, because: string, answer: string, ...others: readonly string[]): Question => ({
  at,
  ask,
  options: sortedBy([answer, ...others], (option) => option),
  answer,
  because,
});
