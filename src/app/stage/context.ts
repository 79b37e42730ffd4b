// How the stage's components reach its engine.
import { createContext, useContext } from 'react';
import type { SceneFacts } from '../../worker/protocol';
import { usePart } from '../react';
import type { Focus } from './focus';
import type { StageModel } from './model';

export const StageContext = createContext<StageModel | null>(null);

export function useStage(): StageModel {
  const model = useContext(StageContext);
  if (model === null) throw new Error('there is no stage around this component');
  return model;
}

/** A part of what the stage shows now; renders only when that part differs. */
export const useScene = <P>(part: (scene: SceneFacts | null) => P, same?: (a: P, b: P) => boolean): P =>
  usePart(useStage().session.scene, part, same);

export const useFocus = <P>(part: (focus: Focus | null) => P): P => usePart(useStage().focus, part);
