// What all parts of the page share: the recording, the terminal's line, the address; and for React a context.
import { createContext, useContext } from 'react';
import type { Address } from './address';
import type { Branches } from './branches/branches';
import type { CommandLine } from './command-line';
import type { Marks } from './marks';
import type { Session } from './session';
import type { Source } from './signal';

export interface Desk {
  readonly session: Session;
  readonly line: CommandLine;
  readonly address: Address;
  readonly marks: Marks;
  readonly branches: Branches;
  /** What the breakpoints find: records, rising. */
  readonly matches: Source<readonly number[]>;
}

export const DeskContext = createContext<Desk | null>(null);

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (desk === null) throw new Error('there is no desk around this component');
  return desk;
}
