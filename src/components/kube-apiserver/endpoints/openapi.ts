// The index of OpenAPI documents, which kubectl asks for before it sends a manifest. Models kube-openapi
// pkg/handler3. Left out: the documents, whose hash stands for a text that is not served.
import type { JsonObject } from '../../../base/json';
import { compareBytes } from '../../../base/order';
import { sha256 } from '../../../base/sha256';
import { groupVersion, RESOURCES } from '../../../machinery/resources';

const hex = (text: string): string => [...sha256(text)].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** 128 hexadecimal digits, as SHA-512 has. */
const hash = (path: string): string => (hex(`${path} 1`) + hex(`${path} 2`)).toUpperCase();

const names = new Set(RESOURCES.map((info) => (info.group === '' ? `api/${info.version}` : `apis/${groupVersion(info)}`)));
const groups = new Set(RESOURCES.flatMap(({ group }) => (group === '' ? [] : [`apis/${group}`])));
const PATHS = ['.well-known/openid-configuration', 'api', 'apis', 'openid/v1/jwks', 'version', ...groups, ...names].sort(compareBytes);

export const OPENAPI_INDEX: JsonObject = {
  paths: Object.fromEntries(PATHS.map((path) => [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash(path)}` }])),
};
/** It is JSON all the same. */
export const OPENAPI_INDEX_TYPE = 'text/plain; charset=utf-8';
