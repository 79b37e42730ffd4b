// What a run from a link must look like before anybody uses it.
import { isObject, type Json } from '../base/json';
import type { ClusterSpec, FaultSpec, Input, TimedInput } from '../wire/run';

const MAX_INPUTS = 200;
const MAX_LINE = 8192;
const MAX_STDIN = 131072;
const MAX_NODES = 500;

const text = (value: unknown, max: number): value is string => typeof value === 'string' && value.length <= max;
const count = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

export const isSeed = (value: unknown): value is number => count(value) && value <= 0xffffffff;

export const areInputs = (value: unknown): value is readonly TimedInput[] =>
  Array.isArray(value) && value.length <= MAX_INPUTS && value.every(isTimedInput);

function isTimedInput(value: unknown): value is TimedInput {
  if (!isObject(value)) return false;
  const { when, input } = value;
  return (when === 'rest' || (isObject(when) && count(when.atUs))) && isInput(input);
}

export function isInput(value: unknown): value is Input {
  if (!isObject(value)) return false;
  if (value.type === 'fault') return isFault(value.fault);
  if (value.type === 'interrupt') return true;
  return value.type === 'kubectl' && text(value.line, MAX_LINE) && (value.stdin === undefined || text(value.stdin, MAX_STDIN));
}

function isFault(value: unknown): value is FaultSpec {
  if (!isObject(value)) return false;
  switch (value.kind) {
    case 'kill-container':
    case 'kill-process':
    case 'start-process':
      return text(value.component, 256);
    case 'static-pod-away':
      return text(value.component, 256) && typeof value.away === 'boolean';
    case 'node-power':
      return text(value.node, 256) && typeof value.on === 'boolean';
    default:
      return false;
  }
}

export function isCluster(value: unknown): value is ClusterSpec {
  if (!isObject(value)) return false;
  const { nodes, images, registryBytesPerSecond } = value;
  return (
    Array.isArray(nodes) &&
    nodes.length > 0 &&
    nodes.length <= MAX_NODES &&
    nodes.every(isNode) &&
    isObject(images) &&
    Object.values(images).every(isImage) &&
    count(registryBytesPerSecond) &&
    registryBytesPerSecond > 0
  );
}

function isNode(value: unknown): boolean {
  if (!isObject(value)) return false;
  const texts = [value.name, value.address, value.podCIDR, value.cpu, value.memory, value.pods];
  return (
    texts.every((part) => text(part, 256)) &&
    (value.role === 'control-plane' || value.role === 'worker') &&
    (value.labels === undefined || (isObject(value.labels) && Object.values(value.labels).every((label) => text(label, 256)))) &&
    (value.taints === undefined || (Array.isArray(value.taints) && value.taints.every(isObject))) &&
    (value.images === undefined || (Array.isArray(value.images) && value.images.every((image) => text(image, 512))))
  );
}

function isImage(value: Json | undefined): boolean {
  if (!isObject(value) || !count(value.sizeBytes) || !isObject(value.behaviour)) return false;
  return ['serve', 'shell', 'crash', 'never-ready', 'pause', 'component'].includes(String(value.behaviour.does));
}
