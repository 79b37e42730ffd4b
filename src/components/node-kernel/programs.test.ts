// Words, texts and exit codes as iptables 1.8.9 (nf_tables) gives them.
import { describe, expect, it } from 'vitest';
import { IptablesPrograms } from './programs';
import { Tables } from './tables';

function machine() {
  const tables = new Tables();
  const programs = new IptablesPrograms(tables);
  const run = (line: string, stdin = '') => {
    const [program = '', ...args] = line.split(' ');
    const { said, changes } = programs.run({ program, args, stdin, nowSeconds: 1_767_225_600 });
    const changed = changes.flatMap(({ table, chains }) =>
      [...chains].map(([chain, after]) => `${table}/${chain}:${after?.rules.length ?? 'gone'}`),
    );
    return said.ok ? { code: 0, text: said.value, changed } : { code: said.error.code, text: said.error.stderr, changed };
  };
  const restore = (...lines: string[]) => run('iptables-restore -w 5 --noflush --counters', `${lines.join('\n')}\n`);
  return { run, restore, tables };
}

describe('iptables', () => {
  it.each([
    ['iptables -w 5 -N A -t nat', 1, 'iptables: Chain already exists.\n'],
    ['iptables -w 5 -C INPUT -j DROP', 1, 'iptables: Bad rule (does a matching rule exist in that chain?).\n'],
    ['iptables -w 5 -I NOPE -j DROP', 1, 'iptables: No chain/target/match by that name.\n'],
    ['iptables -w 5 -X NOPE -t nat', 1, 'iptables: No chain/target/match by that name.\n'],
    ['iptables -w 5 -X A -t nat', 4, 'iptables v1.8.9 (nf_tables):  CHAIN_DEL failed (Device or resource busy): chain A\n'],
    [
      'iptables -w 5 -A A -t bogus',
      3,
      "iptables v1.8.9 (nf_tables): table 'bogus' does not exist\nPerhaps iptables or your kernel needs to be upgraded.\n",
    ],
    [
      'iptables -w 5 -A INPUT -j NOPE',
      2,
      "iptables v1.8.9 (nf_tables): Chain 'NOPE' does not exist\nTry `iptables -h' or 'iptables --help' for more information.\n",
    ],
    [
      'iptables -w 5 -S NOPE -t mangle',
      1,
      "iptables v1.8.9 (nf_tables): chain `NOPE' in table `mangle' is incompatible, use 'nft' tool.\n",
    ],
    ['iptables -w 5 -S POSTROUTING -t nat', 0, '-P POSTROUTING ACCEPT\n'],
    ['iptables -w 5 -S OUTPUT -t nat', 0, '-P OUTPUT ACCEPT\n-A OUTPUT -j A\n'],
    ['iptables -w 5 -C OUTPUT -t nat -j A', 0, ''],
  ])('%s', (line, code, text) => {
    const { run } = machine();
    run('iptables -N A -t nat');
    run('iptables -A OUTPUT -t nat -j A');
    expect(run(line)).toMatchObject({ code, text });
  });

  it('-I puts a rule before all others', () => {
    const { run } = machine();
    for (const target of ['DROP', 'ACCEPT']) run(`iptables -I INPUT -j ${target}`);
    expect(run('iptables -S INPUT').text).toBe('-P INPUT ACCEPT\n-A INPUT -j ACCEPT\n-A INPUT -j DROP\n');
  });
});

describe('iptables-restore --noflush', () => {
  it('replaces the chains that it names and leaves the others', () => {
    const { run, restore } = machine();
    restore('*nat', ':A - [0:0]', ':B - [0:0]', '-A A -j RETURN', '-A B -j RETURN', 'COMMIT');
    const { changed } = restore('*nat', ':A - [0:0]', '-A A -j B', 'COMMIT');
    expect(changed).toEqual(['nat/A:1']);
    expect(run('iptables-save -t nat').text).toContain('\n-A A -j B\n-A B -j RETURN\n');
  });

  it('adds to the kernel’s own chains, whose policy it may set', () => {
    const { run, restore } = machine();
    run('iptables -A INPUT -s 10.0.0.1 -j DROP');
    restore('*filter', ':INPUT DROP [0:0]', '-A INPUT -j ACCEPT', 'COMMIT');
    expect(run('iptables -S INPUT').text).toBe('-P INPUT DROP\n-A INPUT -s 10.0.0.1/32 -j DROP\n-A INPUT -j ACCEPT\n');
  });

  it('tells of no change where chains are written as they were', () => {
    const { restore } = machine();
    const input = ['*nat', ':A - [0:0]', '-A A -j RETURN', 'COMMIT'];
    restore(...input);
    expect(restore(...input).changed).toEqual([]);
  });

  it('deletes a chain that nothing leads to', () => {
    const { restore } = machine();
    restore('*nat', ':A - [0:0]', ':B - [0:0]', '-A A -j B', 'COMMIT');
    expect(restore('*nat', ':A - [0:0]', ':B - [0:0]', '-X B', 'COMMIT')).toMatchObject({ code: 0, changed: ['nat/A:0', 'nat/B:gone'] });
  });

  it.each([
    [['*nat', ':B - [0:0]', '-A C -j ACCEPT', 'COMMIT'], 1, 'iptables-restore: line 3 failed: No chain/target/match by that name.\n'],
    [
      ['*nat', ':B - [0:0]', '-A B -j NOPE', 'COMMIT'],
      2,
      "iptables-restore v1.8.9 (nf_tables): Chain 'NOPE' does not exist\nError occurred at line: 4\nTry `iptables-restore -h' or 'iptables-restore --help' for more information.\n",
    ],
    [['*nat', ':A - [0:0]', ':B - [0:0]', '-A A -j B', '-X B', 'COMMIT'], 4, /CHAIN_DEL failed \(Device or resource busy\): chain B/],
    [['*nat', ':B - [0:0]', '-A B -m nope', 'COMMIT'], 2, /Couldn't load match `nope':No such file or directory/],
    [['*bogus', 'COMMIT'], 2, /table name 'bogus' invalid/],
  ])('changes nothing of a table with a mistake: %j', (lines, code, text) => {
    const { restore, tables } = machine();
    expect(restore(...lines)).toMatchObject({ code, text: typeof text === 'string' ? text : expect.stringMatching(text), changed: [] });
    expect(tables.table('nat')).toBeUndefined();
  });

  it('without --noflush begins with an empty table', () => {
    const { run } = machine();
    run('iptables -N A -t nat');
    run('iptables-restore', '*nat\n:B - [0:0]\nCOMMIT\n');
    expect(run('iptables-save -t nat').text).toMatch(/^:B/m);
    expect(run('iptables-save -t nat').text).not.toMatch(/^:A/m);
  });
});

describe('iptables-save', () => {
  it.each([
    ['-m tcp -p tcp -d 10.0.0.1 --dport 80 -j ACCEPT', '-d 10.0.0.1/32 -p tcp -m tcp --dport 80 -j ACCEPT'],
    ['-m comment --comment a/b ! -s 10.0.0.0/8 -j RETURN', '! -s 10.0.0.0/8 -m comment --comment "a/b" -j RETURN'],
    ['-j MARK --or-mark 0x00004000', '-j MARK --set-xmark 0x4000/0x4000'],
    ['-j MARK --xor-mark 0x00004000', '-j MARK --set-xmark 0x4000/0x0'],
    ['-m mark ! --mark 0x00004000/0x00004000 -j RETURN', '-m mark ! --mark 0x4000/0x4000 -j RETURN'],
    ['-m statistic --mode random --probability 0.3333333333 -j RETURN', '-m statistic --mode random --probability 0.33333333349 -j RETURN'],
    [
      '-m recent --name A --rcheck --seconds 9 --reap -j RETURN',
      '-m recent --rcheck --seconds 9 --reap --name A --mask 255.255.255.255 --rsource -j RETURN',
    ],
    ['-m conntrack --ctstate RELATED,ESTABLISHED,NEW -j RETURN', '-m conntrack --ctstate NEW,RELATED,ESTABLISHED -j RETURN'],
    ['-m nfacct --nfacct-name hits', '-m nfacct --nfacct-name  hits'],
  ])('writes %s in its own way, and reads that again', (given, saved) => {
    const { run, restore } = machine();
    restore('*nat', ':A - [0:0]', `-A A ${given}`, 'COMMIT');
    const line = `-A A ${saved}`;
    expect(run('iptables-save -t nat').text).toContain(`\n${line}\n`);
    restore('*nat', ':A - [0:0]', line, 'COMMIT');
    expect(run('iptables-save -t nat').text).toContain(`\n${line}\n`);
  });

  it('prints tables, then the kernel’s chains, then others by name', () => {
    const { run, restore } = machine();
    run('iptables -N Z -t mangle');
    restore('*nat', ':B - [0:0]', ':A - [0:0]', '-A B -j A', 'COMMIT');
    expect(
      run('iptables-save')
        .text.split('\n')
        .filter((line) => /^[*:]/.test(line)),
    ).toEqual([
      ...[
        '*mangle',
        ':PREROUTING ACCEPT [0:0]',
        ':INPUT ACCEPT [0:0]',
        ':FORWARD ACCEPT [0:0]',
        ':OUTPUT ACCEPT [0:0]',
        ':POSTROUTING ACCEPT [0:0]',
        ':Z - [0:0]',
      ],
      ...[
        '*nat',
        ':PREROUTING ACCEPT [0:0]',
        ':INPUT ACCEPT [0:0]',
        ':OUTPUT ACCEPT [0:0]',
        ':POSTROUTING ACCEPT [0:0]',
        ':A - [0:0]',
        ':B - [0:0]',
      ],
    ]);
    expect(run('iptables-save -t nat').text).toMatch(/^# Generated by iptables-save v1.8.9 \(nf_tables\) on Thu Jan {2}1 00:00:00 2026\n/);
  });
});
