import { describe, expect, it } from 'vitest';
import type { Host } from './host';
import { IptablesPrograms } from './programs';
import { Tables } from './tables';
import { type Packet, replyTo, type WalkOptions, walk } from './walk';

const HOST: Host = {
  interfaces: [
    { name: 'cni0', address: '10.244.1.1/24' },
    { name: 'eth0', address: '192.168.49.11/24' },
  ],
  defaultInterface: 'eth0',
};
const POD: WalkOptions = { input: 'cni0' };
const packet = (source: string, destination: string, destinationPort: number): Packet => ({
  protocol: 'TCP',
  source,
  sourcePort: 40_000,
  destination,
  destinationPort,
  mark: 0,
  states: ['NEW'],
});

function tables(nat: string, filter = ''): Tables {
  const made = new Tables();
  const stdin = `*nat\n${nat}\nCOMMIT\n*filter\n${filter}\nCOMMIT\n`;
  const { said } = new IptablesPrograms(made).run({ program: 'iptables-restore', args: [], stdin, nowSeconds: 0 });
  expect(said.ok).toBe(true);
  return made;
}

const SERVICE = `:SVC - [0:0]
:SEP1 - [0:0]
:SEP2 - [0:0]
:SEP3 - [0:0]
-A PREROUTING -d 10.96.0.50 -p tcp -m tcp --dport 80 -j SVC
-A OUTPUT -d 10.96.0.50 -p tcp -m tcp --dport 80 -j SVC
-A SVC -m recent --name sticky --rcheck --seconds 9 -j SEP3
-A SVC -m statistic --mode random --probability 0.3333333333 -j SEP1
-A SVC -m statistic --mode random --probability 0.5 -j SEP2
-A SVC -j SEP3
-A SEP1 -p tcp -j DNAT --to-destination 10.244.1.2:8080
-A SEP2 -p tcp -j DNAT --to-destination 10.244.2.2:8080
-A SEP3 -p tcp -j DNAT --to-destination 10.244.3.2
-A POSTROUTING ! -s 10.244.0.0/16 -j MASQUERADE`;

describe('walk', () => {
  it.each([
    [0, '10.244.1.2', 8080, 'cni0'],
    [0.33, '10.244.1.2', 8080, 'cni0'],
    [0.34, '10.244.2.2', 8080, 'eth0'],
    [0.66, '10.244.2.2', 8080, 'eth0'],
    [0.67, '10.244.3.2', 80, 'eth0'],
    [0.999, '10.244.3.2', 80, 'eth0'],
  ])('chance %f of three equal ones leads to %s:%i by %s', (chance, destination, destinationPort, output) => {
    const result = walk(tables(SERVICE), HOST, packet('10.244.1.9', '10.96.0.50', 80), { ...POD, chance });
    expect(result).toMatchObject({ outcome: 'accepted', output, packet: { destination, destinationPort, source: '10.244.1.9' } });
  });

  it('leads who is remembered where it went before', () => {
    const options = { ...POD, remembered: (list: string, seconds: number | null) => list === 'sticky' && seconds === 9 };
    expect(walk(tables(SERVICE), HOST, packet('10.244.1.9', '10.96.0.50', 80), options).packet.destination).toBe('10.244.3.2');
  });

  it('gives a packet of this machine the address of the way out, once the way is known', () => {
    const result = walk(tables(SERVICE), HOST, packet('192.168.49.11', '10.96.0.50', 80), { input: null });
    expect(result).toMatchObject({ output: 'cni0', packet: { source: '10.244.1.1', destination: '10.244.1.2' } });
    expect(result.traversals.map(({ table, hook, output }) => `${table} ${hook} ${output}`)).toEqual([
      'nat OUTPUT eth0',
      'filter OUTPUT eth0',
      'nat POSTROUTING cni0',
    ]);
  });

  it('goes to INPUT for an address of this machine, and over lo from here', () => {
    const hooks = (source: string, input: string | null): string[] =>
      walk(tables(''), HOST, packet(source, '192.168.49.11', 22), { input }).traversals.map(({ table, hook }) => `${table} ${hook}`);
    expect(hooks('10.0.0.1', 'eth0')).toEqual(['nat PREROUTING', 'filter INPUT', 'nat INPUT']);
    expect(hooks('192.168.49.11', null)).toEqual(['nat OUTPUT', 'filter OUTPUT', 'nat POSTROUTING', 'filter INPUT', 'nat INPUT']);
  });

  it.each([
    ['-A FORWARD -j DROP', 'dropped', 'DROP'],
    ['-A FORWARD -j REJECT', 'rejected', 'DROP'],
    [':FORWARD DROP [0:0]', 'dropped', 'DROP'],
    ['-A FORWARD -m conntrack --ctstate NEW -j ACCEPT\n-A FORWARD -j DROP', 'accepted', 'ACCEPT'],
  ])('with %j it is %s', (filter, outcome, verdict) => {
    const result = walk(tables('', filter), HOST, packet('10.244.1.9', '10.244.2.2', 80), POD);
    expect(result.outcome).toBe(outcome);
    expect(result.traversals.find(({ hook }) => hook === 'FORWARD')?.steps.at(-1)?.verdict).toBe(verdict);
  });

  it('shows each rule that was tested, and which of them matched', () => {
    const nat =
      ':A - [0:0]\n-A PREROUTING -j A\n-A A -p udp -j DROP\n-A A -j MARK --or-mark 0x4000\n-A A -m mark --mark 0x4000/0x4000 -j RETURN\n-A A -j DROP';
    const [first] = walk(tables(nat), HOST, packet('10.244.1.9', '10.244.2.2', 80), POD).traversals;
    expect(first?.steps.map(({ chain, kind, verdict }) => `${chain} ${kind} ${verdict}`)).toEqual([
      'PREROUTING rule JUMP:A',
      'A missed NEXT',
      'A rule CONTINUE',
      'A rule RETURN',
      'PREROUTING policy ACCEPT',
    ]);
  });

  it('takes a reply back past nat, to whom the request came from', () => {
    const made = tables(SERVICE);
    const request = packet('10.244.1.9', '10.96.0.50', 80);
    const there = walk(made, HOST, request, { ...POD, chance: 0.5 });
    const reply = replyTo(request, there);
    expect(reply).toMatchObject({ source: '10.244.2.2', sourcePort: 8080, destination: '10.244.1.9', destinationPort: 40_000 });
    const back = walk(made, HOST, reply, { input: there.output });
    expect(back.traversals.map(({ table, hook }) => `${table} ${hook}`)).toEqual(['filter FORWARD']);
    expect(back.output).toBe('cni0');
  });
});
