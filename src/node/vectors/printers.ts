// vectors/printers.json: cells of objects and columns of kinds, against machinery/table.
import { simTime } from '../../base/brand';
import { type Json, type JsonObject, jsonEqual } from '../../base/json';
import type { Printed } from '../../machinery/table/cells';
import { columnsOf } from '../../machinery/table/columns';
import { podConditions } from '../../machinery/table/pod-row';
import { cellsOf } from '../../machinery/table/table';
import { rfc3339Micro } from '../../machinery/time';
import type { Adapter, VectorCase } from './adapter';

interface PrinterCase {
  readonly id: string;
  readonly group: string;
  readonly input: { readonly kind?: string; readonly object?: Json; readonly wide?: boolean; readonly printFuncs?: readonly string[] };
  readonly expect: { readonly rows?: readonly JsonObject[]; readonly columns?: readonly JsonObject[] };
}

const NOW = simTime(0);
/** Names of print functions that are not those of their kinds. */
const KINDS: { readonly [name: string]: string } = {
  MutatingWebhook: 'MutatingWebhookConfiguration',
  ValidatingWebhook: 'ValidatingWebhookConfiguration',
  DeviceTaint: 'DeviceTaintRule',
};

export const adapter: Adapter = (file) =>
  (file as { cases: readonly PrinterCase[] }).cases.map(
    (test): VectorCase => ({
      group: test.group,
      id: test.id,
      run: () => {
        const [got, want] = test.expect.columns ? columns(test) : rows(test);
        return jsonEqual(got, want) ? null : JSON.stringify(got);
      },
    }),
  );

function columns({ input, expect }: PrinterCase): [Json, Json] {
  const name = (input.printFuncs?.[0] ?? '').replace(/^print/, '').replace(/List$/, '');
  const short = ({ name, type, format, priority }: JsonObject): JsonObject => ({
    name: name ?? '',
    type: type ?? '',
    ...(format ? { format } : {}),
    ...(priority ? { priority } : {}),
  });
  return [columnsOf(KINDS[name] ?? name).map(short), (expect.columns ?? []).map(short)];
}

function rows({ input, expect }: PrinterCase): [Json, Json] {
  const object = timed(input.object ?? null) as JsonObject;
  const kind = (input.kind ?? '').replace(/List$/, '');
  const objects = (object['items'] as readonly Printed[] | undefined) ?? [object as Printed];
  const got = objects.map((item) => {
    const conditions = kind === 'Pod' ? podConditions(item) : null;
    return {
      cells: cellsOf(kind, { ...item, kind } as Printed, { now: NOW, wide: input.wide ?? false }),
      ...(conditions ? { conditions } : {}),
    };
  });
  return [got as unknown as Json, (expect.rows ?? []) as Json];
}

/** `{"$now": s}` becomes that time. */
function timed(value: Json): Json {
  if (Array.isArray(value)) return value.map((item) => timed(item as Json));
  if (typeof value !== 'object' || value === null) return value;
  const seconds = (value as JsonObject)['$now'];
  if (typeof seconds === 'number') return rfc3339Micro(simTime(Math.round(seconds * 1_000_000)));
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, timed(member ?? null)]));
}
