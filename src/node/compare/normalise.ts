// Names that chance made get numbers in the order in which they first appear, so that two runs of the
// same scenario speak of the same things.

const HASH = '[bcdfghjklmnpqrstvwxz2456789]';
const POD_OF_REPLICA_SET = new RegExp(`^(.+)-(${HASH}{6,10})-(${HASH}{5})$`);
const REPLICA_SET = new RegExp(`^(.+)-(${HASH}{8,10})$`);
const GENERATED = new RegExp(`^(.+)-(${HASH}{5})$`);
const EVENT = /^(.+)\.[0-9a-f]{13,17}$/;

export class Names {
  private readonly seen = new Map<string, Map<string, string>>();

  /** One name: `web-7887448d46-662v8` -> `web-H1-P1`. */
  name(name: string): string {
    const event = EVENT.exec(name);
    if (event) return `${this.name(event[1] ?? '')}.E`;
    const pod = POD_OF_REPLICA_SET.exec(name);
    if (pod) {
      const owner = this.numbered(`rs ${pod[1]}`, 'H', pod[2] ?? '');
      return `${pod[1]}-${owner}-${this.numbered(`pod ${pod[1]}-${owner}`, 'P', pod[3] ?? '')}`;
    }
    const set = REPLICA_SET.exec(name);
    if (set) return `${set[1]}-${this.numbered(`rs ${set[1]}`, 'H', set[2] ?? '')}`;
    const generated = GENERATED.exec(name);
    if (generated) return `${generated[1]}-${this.numbered(`gen ${generated[1]}`, 'S', generated[2] ?? '')}`;
    return name;
  }

  /** A name that is known to end in five characters of chance: `web-ztbgk` -> `web-S1`. */
  generated(name: string): string {
    const match = GENERATED.exec(name);
    return match ? `${match[1]}-${this.numbered(`gen ${match[1]}`, 'S', match[2] ?? '')}` : name;
  }

  /** Every word of a text that looks like a name. */
  text(text: string): string {
    return text.replace(/[A-Za-z0-9][A-Za-z0-9.-]*[A-Za-z0-9]/g, (word) => this.name(word));
  }

  private numbered(family: string, letter: string, part: string): string {
    let numbers = this.seen.get(family);
    if (numbers === undefined) this.seen.set(family, (numbers = new Map<string, string>()));
    let number = numbers.get(part);
    if (number === undefined) numbers.set(part, (number = `${letter}${numbers.size + 1}`));
    return number;
  }
}

/** Ages, addresses, versions of things and blanks, as a printed line shows them. */
export function outputLine(line: string, names: Names): string {
  return names
    .text(line)
    .replace(/\b10\.244\.\d+\.\d+\b/g, '<pod-ip>')
    .replace(/\b10\.(9[6-9]|10\d|11[01])\.\d+\.\d+\b/g, '<service-ip>')
    .replace(/T[+-]\d+(\.\d+)?s|\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replace(/<DATE>|\w{3}, \d\d \w{3} \d{4} [\d:]{8} \+0000/g, '<time>')
    .replace(/\b(\d+d)?(\d+h)?(\d+m)?\d+s\b|\b\d+[mhd]\b/g, '<age>')
    .replace(/(containerd:\/\/[\d.]+)\+unknown/, '$1')
    .replace(/resourceVersion: "\d+"/g, 'resourceVersion: <version>')
    .replace(/\bnode-\d+\b/g, '<node>')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|uid-\d+|hex32-\d+|\b[0-9a-f]{32}\b/g, '<uid>')
    .replace(/\s+/g, ' ')
    .trim();
}
