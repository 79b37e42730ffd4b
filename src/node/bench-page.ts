// `npm run -s bench:page`: the speed and memory of the built page in a real browser, one JSON line per figure with its
// target. A report, not a test: the exit code does not depend on the figures.
import { chromium } from 'playwright';
import { browserPath, FLAGS } from '../../e2e/browser';
import { branchFigures } from './page/branch';
import type { Figure } from './page/gauges';
import { largeRunFigures } from './page/large-run';
import { openingFigures } from './page/opening';
import { packetFigures } from './page/packets';
import { serveSites } from './page/sites';

const PARTS = { opening: openingFigures, packets: packetFigures, 'large-run': largeRunFigures, branch: branchFigures };

const round = (value: unknown): unknown => (typeof value === 'number' ? Number(value.toPrecision(4)) : value);
function line(figure: Figure): string {
  const { value, least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY } = figure;
  return JSON.stringify({ ...figure, ok: value >= least && value <= most }, (_, field) => round(field));
}

const wanted = process.argv.slice(2);
const sites = await serveSites(process.cwd());
const executablePath = browserPath();
const browser = await chromium.launch({ args: FLAGS, ...(executablePath === undefined ? {} : { executablePath }) });
for (const [name, part] of Object.entries(PARTS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  for (const figure of await part(browser, sites)) console.log(line(figure));
}
await browser.close();
await sites.close();
