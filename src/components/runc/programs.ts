// The programs that `kubectl exec` finds in a container, as busybox has them: they tell what is there (environment,
// name, files of mounts) and change nothing. What an image holds beyond these is left out: it is not found.
import { compareBytes } from '../../base/order';

/** What a container's processes see of it. */
export interface Room {
  readonly hostname: string;
  readonly env: readonly { readonly name: string; readonly value: string }[];
  /** A file's text; null: there is none. */
  read(path: string): string | null;
  /** What a folder holds; null: it is none. */
  list(path: string): readonly string[] | null;
}
interface Printed {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}
type Program = (room: Room, args: readonly string[]) => Printed;

const says = (stdout: string, stderr = '', exitCode = stderr === '' ? 0 : 1): Printed => ({ exitCode, stdout, stderr });
const lines = (items: readonly string[]): string => items.map((item) => `${item}\n`).join('');

/** By name. A shell's own commands are in behaviour.ts. */
export const PROGRAMS: { readonly [name: string]: Program } = {
  env: (room) => says(lines(room.env.map(({ name, value }) => `${name}=${value}`))),
  printenv: (room, args) => {
    const [wanted] = args;
    if (wanted === undefined) return says(lines(room.env.map(({ name, value }) => `${name}=${value}`)));
    const found = room.env.find(({ name }) => name === wanted);
    return found === undefined ? says('', '', 1) : says(`${found.value}\n`);
  },
  hostname: (room) => says(`${room.hostname}\n`),
  pwd: () => says('/\n'),
  whoami: () => says('root\n'),
  cat: (room, args) => each(args, (path) => contentOf(room, path)),
  ls: (room, args) => each(pathsOf(args).length === 0 ? ['/'] : pathsOf(args), (path) => listed(room, path)),
};

const pathsOf = (args: readonly string[]): readonly string[] => args.filter((arg) => !arg.startsWith('-'));

function each(paths: readonly string[], one: (path: string) => Printed): Printed {
  const all = paths.map(one);
  const stderr = all.map((printed) => printed.stderr).join('');
  return says(all.map(({ stdout }) => stdout).join(''), stderr);
}

function contentOf(room: Room, path: string): Printed {
  const text = room.read(path);
  if (text !== null) return says(text);
  return room.list(path) === null
    ? says('', `cat: can't open '${path}': No such file or directory\n`)
    : says('', 'cat: read error: Is a directory\n');
}

function listed(room: Room, path: string): Printed {
  const names = room.list(path);
  if (names !== null) return says(lines([...names].sort(compareBytes)));
  return room.read(path) === null ? says('', `ls: ${path}: No such file or directory\n`) : says(`${path}\n`);
}
