#!/usr/bin/env node
// The `hindcast` command: plain JavaScript, so that any Node >= 20.19 can start it. It goes on under Node 24, the project's pinned one if need be.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, '..', '..', 'node_modules');

if (Number(process.versions.node.split('.')[0]) >= 24) {
  await runHere();
} else {
  const node = pinnedNode();
  if (node === undefined || !existsSync(join(modules, 'commander'))) {
    process.stderr.write(
      `hindcast: expected the project's packages and its own Node 24, found Node ${process.version} only. Run: npm ci\n`,
    );
    process.exitCode = 2;
  } else {
    runUnder(node);
  }
}

async function runHere() {
  if (!existsSync(join(modules, 'commander'))) {
    process.stderr.write("hindcast: expected the project's packages in node_modules, found none. Run: npm ci\n");
    process.exitCode = 2;
    return;
  }
  // Early Node 24 announces type stripping and SQLite as experimental on every start; nobody who uses the command can act on that.
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = (warning, ...rest) => {
    if (rest[0] !== 'ExperimentalWarning' && rest[0]?.type !== 'ExperimentalWarning') emitWarning(warning, ...rest);
  };
  await import('../boot.mjs');
  const { main } = await import('./index.ts');
  const { version } = JSON.parse(readFileSync(join(here, '..', '..', 'package.json'), 'utf8'));
  process.exitCode = await main(process.argv.slice(2), version);
}

/** The Node that `npm ci` installed for this platform; undefined when there is none. */
function pinnedNode() {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  const names = [`node-${platform}-${process.arch}`, `node-bin-${platform}-${process.arch}`];
  const candidates = [...names.map((name) => join(modules, name, 'bin', file)), join(modules, '.bin', file)];
  return candidates.find((path) => existsSync(path));
}

function runUnder(node) {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  // On a terminal Ctrl-C reaches both processes; the child takes the second copy for the same wish.
  const forward = (signal) => child.kill(signal);
  // Before the child is there: it may be heard, and interrupted, before this process goes on.
  for (const signal of signals) process.on(signal, forward);
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  child.on('error', (error) => {
    process.stderr.write(`hindcast: expected to start ${node}, got ${error.message}. Run: npm ci\n`);
    process.exitCode = 2;
  });
  child.on('exit', (code, signal) => {
    for (const name of signals) process.off(name, forward);
    if (signal !== null) process.kill(process.pid, signal);
    else process.exitCode = code ?? 1;
  });
}
