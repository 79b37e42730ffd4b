// Probes and lifecycle hooks. Models core validation's validateProbe, validateHandler and validateLifecycle.
import { isObject, type Json, type JsonObject } from '../../base/json';
import { httpHeaderName, portName, portNumber } from '../names';
import type { Findings } from './findings';

const SINGLE = 'may not specify more than 1 handler type';
const SCHEMES = ['HTTP', 'HTTPS'];
const COUNTS = ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'] as const;
const SIGNALS =
  /^SIG(ABRT|ALRM|BUS|CHLD|CLD|CONT|FPE|HUP|ILL|INT|IO|IOT|KILL|PIPE|POLL|PROF|PWR|QUIT|SEGV|STKFLT|STOP|SYS|TERM|TRAP|TSTP|TTIN|TTOU|URG|USR1|USR2|VTALRM|WINCH|XCPU|XFSZ|RTMIN(\+([1-9]|1[0-5]))?|RTMAX(-([1-9]|1[0-4]))?)$/;
const WINDOWS_SIGNALS = ['SIGKILL', 'SIGTERM'];

export type ProbeKind = 'livenessProbe' | 'readinessProbe' | 'startupProbe';
const number = (value: Json | undefined): number => (typeof value === 'number' ? value : 0);

export function validateProbe(found: Findings, path: string, probe: JsonObject | undefined, kind: ProbeKind): void {
  if (probe === undefined) return;
  const at = `${path}.${kind}`;
  validateHandler(found, at, probe, PROBE_HANDLERS, null);
  for (const field of COUNTS) found.notNegative(`${at}.${field}`, number(probe[field]));
  const { terminationGracePeriodSeconds: grace } = probe;
  if (typeof grace === 'number' && grace <= 0) found.invalid(`${at}.terminationGracePeriodSeconds`, grace, 'must be greater than 0');
  if (kind !== 'readinessProbe') {
    if (number(probe.successThreshold) !== 1) found.invalid(`${at}.successThreshold`, number(probe.successThreshold), 'must be 1');
  } else if (grace !== undefined) found.invalid(`${at}.terminationGracePeriodSeconds`, grace, 'must not be set for readinessProbes');
}

/** `grace` is the pod's terminationGracePeriodSeconds, `os` its spec.os.name. */
export function validateLifecycle(found: Findings, path: string, lifecycle: JsonObject, grace: number | null, os: string | null): void {
  for (const hook of ['postStart', 'preStop']) {
    const handler = lifecycle[hook];
    if (isObject(handler)) validateHandler(found, `${path}.${hook}`, handler, HOOK_HANDLERS, grace);
  }
  const { stopSignal } = lifecycle;
  if (typeof stopSignal !== 'string') return;
  const at = `${path}.stopSignal`;
  if (os === null) found.forbidden(at, 'may not be set for containers with empty `spec.os.name`');
  else if (os === 'windows') found.oneOf(at, stopSignal, WINDOWS_SIGNALS);
  else if (!SIGNALS.test(stopSignal)) found.notSupported(at, stopSignal, []);
}

const PROBE_HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc'] as const;
const HOOK_HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'sleep'] as const;
type HandlerKind = (typeof PROBE_HANDLERS)[number] | (typeof HOOK_HANDLERS)[number];

function validateHandler(found: Findings, path: string, handler: JsonObject, kinds: readonly HandlerKind[], grace: number | null): void {
  let count = 0;
  for (const kind of kinds) {
    const action = handler[kind];
    if (!isObject(action)) continue;
    if (++count > 1) found.forbidden(`${path}.${kind}`, SINGLE);
    else validateAction(found, `${path}.${kind}`, kind, action, grace);
  }
  if (count === 0) found.required(path, 'must specify a handler type');
}

function validateAction(found: Findings, path: string, kind: HandlerKind, action: JsonObject, grace: number | null): void {
  switch (kind) {
    case 'exec':
      if (!Array.isArray(action.command) || action.command.length === 0) found.required(`${path}.command`);
      return;
    case 'httpGet':
      return validateHttpGet(found, path, action);
    case 'tcpSocket':
    case 'grpc':
      return validatePort(found, `${path}.port`, action.port);
    case 'sleep': {
      const seconds = number(action.seconds);
      if (grace !== null && (seconds < 0 || seconds > grace))
        found.invalid(path, seconds, `must be non-negative and less than terminationGracePeriodSeconds (${grace})`);
    }
  }
}

function validateHttpGet(found: Findings, path: string, action: JsonObject): void {
  if (!action.path) found.required(`${path}.path`);
  validatePort(found, `${path}.port`, action.port);
  found.oneOf(`${path}.scheme`, String(action.scheme ?? ''), SCHEMES);
  for (const { name } of (action.httpHeaders ?? []) as readonly { readonly name: string }[])
    found.complaints(`${path}.httpHeaders`, name, httpHeaderName(name));
}

/** A number or the name of a container's port. */
export function validatePort(found: Findings, path: string, port: Json | undefined): void {
  if (typeof port === 'string') found.complaints(path, port, portName(port));
  else found.complaints(path, number(port), portNumber(number(port)));
}
