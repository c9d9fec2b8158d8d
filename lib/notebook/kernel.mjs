// Starts tslab's kernel at the project root and gives lib one door to it: what it displays, what was rejected, what was declared.
import { appendFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { openLib } from './kernel-lib.mjs';
import { expandShorthandProperties } from './shorthand-properties.mjs';

process.chdir(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
const require = createRequire(import.meta.url);

const compiler = require('@tslab/typescript-for-tslab');
// A runner names a file here; it outlives the kernel, so that nothing is lost between the last cell and the shutdown.
const reportPath = process.env.HINDCAST_KERNEL_REPORT;
// Hot reload of edited files is for people.
const lib = openLib(process.cwd(), compiler, reportPath !== undefined);

// tslab reads no tsconfig. Without null checks zod infers other types than lib was written with (every key optional), and a cell
// would be told of errors that are none.
const { createWatchCompilerHost } = compiler;
require.cache[require.resolve('@tslab/typescript-for-tslab')].exports = {
  ...compiler,
  createWatchCompilerHost: (files, options, ...rest) =>
    lib.resolveAnew(createWatchCompilerHost(files, { ...options, strictNullChecks: true }, ...rest)),
};

const executors = require('tslab/dist/executor.js');
const { createExecutor } = executors;
executors.createExecutor = (...setup) => {
  const executor = createExecutor(...setup);
  const execute = async (cell) => {
    const obstacles = await lib.prepare(cell);
    for (const obstacle of obstacles) console.error(obstacle);
    // tslab runs each cell as a module of its own and loses shorthand properties of earlier cells' variables.
    return obstacles.length === 0 && executor.execute(expandShorthandProperties(compiler, cell));
  };
  // Until the types of lib are there nothing is said of a cell: tslab would look into the sources and keep to them.
  const complete = (cell, at) => (lib.ready() ? executor.complete(cell, at) : { start: at, end: at, candidates: [] });
  const inspect = (cell, at) => (lib.ready() ? executor.inspect(cell, at) : undefined);
  return { ...executor, execute, complete, inspect };
};

// From the shutdown request on, what is rejected is tslab's own: a send on a socket that it has closed.
let closing = false;
const { JupyterHandlerImpl } = require('tslab/dist/jupyter.js');
const { handleShutdown } = JupyterHandlerImpl.prototype;
JupyterHandlerImpl.prototype.handleShutdown = function (request) {
  closing = true;
  return handleShutdown.call(this, request);
};

const { display } = require('tslab');
const failures = [];
const kernel = {
  display: (mime, data) => display.raw(mime, data),
  failures,
  resultsDir: process.env.HINDCAST_KERNEL_RESULTS,
  report: (entry) => {
    if (reportPath) appendFileSync(reportPath, `${JSON.stringify(entry)}\n`);
  },
};
Object.defineProperty(globalThis, Symbol.for('hindcast.kernel'), { value: kernel });

// tslab only prints these: a cell whose promise was rejected would count as done.
const collect = (error) => {
  // tslab reports that it is starting while its sockets are still being bound; on a busy machine they refuse. No cell has run by then.
  if (closing || (failures.length === 0 && error?.message === 'Socket is blocked by a bind or unbind operation')) return;
  const text = error instanceof Error ? `${error.name}: ${error.message}` : inspect(error);
  failures.push(text);
  kernel.report({ kind: 'failure', text });
};
process.on('unhandledRejection', collect);
process.on('uncaughtException', collect);

require('tslab/dist/main.js').startKernel({ configPath: process.argv[2], enableFindLocal: false });
