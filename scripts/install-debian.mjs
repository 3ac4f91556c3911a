// Installs from Debian what the end-to-end tests (or, by their own list, the benches) need and is missing, where that is possible. Never fails: where it
// cannot install, the tests in need of it skip loudly (and fail in CI).
// Usage: node scripts/install-debian.mjs [LIST.json]
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const secondsMax = 900;
const list = process.argv[2] ?? path.join(import.meta.dirname, '..', 'test', 'support', 'debian-packages.json');
const findMissing = () => JSON.parse(readFileSync(list, 'utf8')).filter((part) => !existsSync(part.file));

// Debian's packages start their services on the very ports that people use: policy-rc.d forbids that while we install.
const script = `
set -u
export DEBIAN_FRONTEND=noninteractive
policy=/usr/sbin/policy-rc.d
saved=$policy.before-pushgate
restore() {
  rm -f "$policy"
  if [ -e "$saved" ]; then mv "$saved" "$policy"; fi
}
trap restore EXIT
trap 'exit 1' HUP INT TERM
if [ -e "$policy" ] && [ ! -e "$saved" ]; then mv "$policy" "$saved"; fi
printf '#!/bin/sh\\nexit 101\\n' > "$policy"
chmod 755 "$policy"
apt() { apt-get -q -y -o DPkg::Lock::Timeout=120 -o Acquire::Retries=2 -o Acquire::http::Timeout=30 "$@" < /dev/null; }
apt update || echo 'apt-get update failed: going on with the lists that are here' >&2
# One package that this release does not have must not keep the others away.
apt install --no-install-recommends "$@" || for package in "$@"; do apt install --no-install-recommends "$package"; done
status=$?
# Nor shall they start with the next boot.
if [ -d /run/systemd/system ]; then
  for package in "$@"; do
    if systemctl list-unit-files "$package.service" > /dev/null 2>&1; then systemctl disable --quiet "$package.service"; fi
  done
fi
exit $status
`;

const missing = findMissing();
if (missing.length > 0) {
  console.log('Missing here, and to be had from Debian:');
  for (const part of missing) console.log(`  ${part.package} (${part.file}): for ${part.for}`);
  const obstacle = install([...new Set(missing.map((part) => part.package))]);
  report(findMissing(), obstacle);
}

/** Runs apt-get as root. Says what stood in the way, or `null`. */
function install(packages) {
  if (!has('apt-get')) return 'there is no apt-get here';
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status !== 0) return 'neither root nor sudo without a password';
  console.log(`Installing with apt-get: ${packages.join(' ')}`);
  const command = ['timeout', '--kill-after=20', String(secondsMax), 'sh', '-s', '--', ...packages];
  const [program, ...args] = isRoot ? command : ['sudo', '-n', ...command];
  const { status } = spawnSync(program, args, { input: script, stdio: ['pipe', 'inherit', 'inherit'] });
  return status === 0 ? null : `apt-get ended with ${status}`;
}

function report(left, obstacle) {
  if (left.length === 0) return console.log('Everything that is needed is installed.');
  const bar = '!'.repeat(80);
  console.error(`${bar}\nNot installed${obstacle === null ? '' : ` (${obstacle})`}; this will be SKIPPED:`);
  for (const part of left) console.error(`  without ${part.package}: ${part.for}`);
  console.error(`${bar}`);
}

function has(command) {
  return (process.env.PATH ?? '').split(path.delimiter).some((folder) => existsSync(path.join(folder, command)));
}
