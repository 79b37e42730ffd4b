// What names, labels, ports and paths may look like. Each function returns upstream's complaints, none if the
// value is good. Models apimachinery pkg/util/validation/validation.go, pkg/api/validate/content and
// pkg/api/validation/path. Lengths count UTF-16 units; all that passes is ASCII.

export type Complaints = readonly string[];

const GOOD: Complaints = [];
const tooLong = (max: number, unit = 'characters'): string => `must be no more than ${max} ${unit}`;
const EMPTY = 'must be non-empty';

/** Upstream's sentence about a pattern, with its comma after each example. */
const patternText = (message: string, pattern: string, ...examples: readonly string[]): string =>
  examples.length === 0
    ? `${message} (regex used for validation is '${pattern}')`
    : `${message} (e.g. ${examples.map((example) => `'${example}', `).join(' or ')}regex used for validation is '${pattern}')`;

/** A check of a whole value against a pattern and perhaps a length. */
function patternCheck(
  pattern: string,
  message: string,
  examples: readonly string[],
  max = Number.POSITIVE_INFINITY,
  unit: 'characters' | 'bytes' = 'characters',
): (value: string) => Complaints {
  const regex = new RegExp(`^${pattern}$`);
  const complaint = patternText(message, pattern, ...examples);
  return (value) => {
    if (value.length > max) return regex.test(value) ? [tooLong(max, unit)] : [tooLong(max, unit), complaint];
    return regex.test(value) ? GOOD : [complaint];
  };
}

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;

const SUBDOMAIN_MESSAGE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
export const dns1123Subdomain = patternCheck(SUBDOMAIN, SUBDOMAIN_MESSAGE, ['example.com'], 253);
// What labels are made of tells its longest length in bytes (pkg/api/validate/content), names in characters.
const prefixPart = patternCheck(SUBDOMAIN, SUBDOMAIN_MESSAGE, ['example.com'], 253, 'bytes');
export const dns1035Label = patternCheck(
  '[a-z]([-a-z0-9]*[a-z0-9])?',
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  ['my-name', 'abc-123'],
  63,
);
export const underscoreSubdomain = patternCheck(
  '[a-z0-9_]([-_a-z0-9]*[a-z0-9_])?(\\.[a-z0-9_]([-_a-z0-9]*[a-z0-9_])?)*',
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character",
  ['example.com'],
  253,
);
export const wildcardDns1123Subdomain = patternCheck(
  `\\*\\.${SUBDOMAIN}`,
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
  ['*.example.com'],
  253,
);
export const percent = patternCheck('[0-9]+%', "a valid percent string must be a numeric string followed by an ending '%'", ['1%', '93%']);
export const httpHeaderName = patternCheck('[-A-Za-z0-9]+', "a valid HTTP header must consist of alphanumeric characters or '-'", [
  'X-Header-Name',
]);

const plainLabel = patternCheck(
  LABEL,
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  ['my-name', '123-abc'],
  63,
);
const SUBDOMAIN_ALONE = new RegExp(`^${SUBDOMAIN}$`);

/** What would be a subdomain has dots, and is told only that. */
export function dns1123Label(value: string): Complaints {
  const complaints = plainLabel(value);
  if (complaints.length === 0 || !value.includes('.') || !SUBDOMAIN_ALONE.test(value)) return complaints;
  return [...complaints.slice(0, -1), 'must not contain dots'];
}

const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const QUALIFIED_MESSAGE = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const qualifiedPart = patternCheck(QUALIFIED, QUALIFIED_MESSAGE, ['MyName', 'my.name', '123-abc'], 63, 'bytes');

/** Keys of labels, annotations, taints and resources: `[prefix/]name`. */
export function qualifiedName(value: string): Complaints {
  const parts = value.split('/');
  if (parts.length > 2) {
    const text = patternText(`a valid label key ${QUALIFIED_MESSAGE}`, QUALIFIED, 'MyName', 'my.name', '123-abc');
    return [`${text} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  const name = parts[parts.length - 1] ?? '';
  const complaints: string[] = [];
  if (parts.length === 2) {
    if (parts[0] === '') complaints.push(`prefix part ${EMPTY}`);
    else for (const complaint of prefixPart(parts[0] ?? '')) complaints.push(`prefix part ${complaint}`);
  }
  if (name === '') complaints.push(`name part ${EMPTY}`);
  for (const complaint of qualifiedPart(name)) complaints.push(`name part ${complaint}`);
  return complaints;
}

export const labelValue = patternCheck(
  `(${QUALIFIED})?`,
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  ['MyValue', 'my_value', '12345'],
  63,
  'bytes',
);

export const inRange = (value: number, min: number, max: number): Complaints =>
  value >= min && value <= max ? GOOD : [`must be between ${min} and ${max}, inclusive`];

export const portNumber = (value: number): Complaints => inRange(value, 1, 65_535);

export function portName(value: string): Complaints {
  const complaints: string[] = [];
  if (value.length > 15) complaints.push(tooLong(15));
  if (!/^[-a-z0-9]+$/.test(value)) complaints.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(value)) complaints.push('must contain at least one letter (a-z)');
  if (value.includes('--')) complaints.push('must not contain consecutive hyphens');
  if (value.startsWith('-') || value.endsWith('-')) complaints.push('must not begin or end with a hyphen');
  return complaints;
}

/** Names that would lead out of a directory when they become files. */
function directoryComplaints(value: string): Complaints {
  if (value === '.' || value === '..') return [`must not be '${value}'`];
  return value.startsWith('..') ? ["must not start with '..'"] : GOOD;
}

const configKey = patternCheck(
  '[-._a-zA-Z0-9]+',
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
  ['key.name', 'KEY_NAME', 'key-name'],
  253,
);
export const configMapKey = (value: string): Complaints => [...configKey(value), ...directoryComplaints(value)];

/** Any printable ASCII but `=`: what containers' env names may be since 1.34. */
export function envVarName(value: string): Complaints {
  if (value === '') return [`environment variable name ${EMPTY}`];
  return /^[ -<>-~]+$/.test(value)
    ? GOOD
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
}

/** RBAC names and the like, which may be anything that stays one segment of a path. */
export function pathSegmentName(value: string): Complaints {
  if (value === '.' || value === '..') return [`may not be '${value}'`];
  return ['/', '%'].filter((text) => value.includes(text)).map((text) => `may not contain '${text}'`);
}

/** `acme.io/foo`. */
export function domainPrefixedPath(value: string): Complaints {
  const slash = value.indexOf('/');
  if (slash <= 0 || slash === value.length - 1) return ['must be a domain-prefixed path (such as "acme.io/foo")'];
  return [...dns1123Subdomain(value.slice(0, slash)), ...httpPath(value.slice(slash + 1))];
}
const httpPath = patternCheck("[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+", 'Invalid path', []);

/** At least three segments, without a dot at the end. */
export function fullyQualifiedName(value: string): Complaints {
  const complaints = dns1123Subdomain(value);
  if (complaints.length > 0) return [complaints.join(',')];
  return value.split('.').length < 3 ? ['should be a domain with at least three segments separated by dots'] : GOOD;
}

/** At least two segments; a dot at the end is fine. */
export function fullyQualifiedDomainName(value: string): Complaints {
  const name = value.endsWith('.') ? value.slice(0, -1) : value;
  const complaints = dns1123Subdomain(name);
  if (complaints.length > 0) return [complaints.join(',')];
  const segments = name.split('.');
  if (segments.length < 2) return ['should be a domain with at least two segments separated by dots'];
  const bad = segments.map(dns1123Label).find((found) => found.length > 0);
  return bad ? [bad.join(',')] : GOOD;
}

/** `generateName` is checked as if its last dash were followed by letters. */
export const maskTrailingDash = (value: string): string => (value.length > 1 && value.endsWith('-') ? `${value.slice(0, -2)}a` : value);
