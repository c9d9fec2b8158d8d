// Imports each module named in the file given first, one after another; tells of each what it holds open then. Run without rights to write.
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
// Node makes its standard streams when these two are imported, whatever the importer does with them: they count for no module of lib.
import 'node:process';
import 'node:util';

const files = JSON.parse(readFileSync(process.argv[2], 'utf8'));
let pino = false;
registerHooks({
  load(url, context, next) {
    pino ||= url.includes('/node_modules/pino/');
    return next(url, context);
  },
});
const listeners = () => process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
const before = { listeners: listeners(), resources: process.getActiveResourcesInfo().length };
const found = [];
for (const file of files) {
  try {
    await import(pathToFileURL(file).href);
  } catch (error) {
    found.push({ file, failed: `${error.code ?? error.name}: ${error.message.split('\n')[0]}` });
  }
  await new Promise((resolve) => setImmediate(resolve));
  const resources = process.getActiveResourcesInfo().slice(before.resources);
  if (resources.length > 0 || pino || listeners() > before.listeners) {
    found.push({ file, resources, pino, listeners: listeners() - before.listeners });
    break;
  }
}
process.stdout.write(JSON.stringify({ imported: files.length, found }), () => process.exit(0));
