/** The text of `.env.example`: every setting with its meaning, kind, default and whether it is a secret. */
import { aboutSetting, kindOf, type SettingName, settingNames } from './schema.js';
import { shownValue } from './text.js';

/** Every setting is commented out: copied as it is to `.env`, the file changes nothing. */
export function environmentExample(): string {
  const head = [
    '# Settings of Hindcast. Copy this file to .env, and take the # away from what you set.',
    '# A variable of the environment wins over .env; a flag wins over both. See what counts: npx hindcast config show',
    '# Made by: npx hindcast config example',
  ];
  return [...head, ...settingNames.flatMap((name) => ['', ...linesOf(name)]), ''].join('\n');
}

function linesOf(name: SettingName): string[] {
  const { meaning, variable, example, secret, path } = aboutSetting(name);
  const held = kindOf(name);
  const kinds = { text: path ? 'path' : 'text', whole: 'whole number', list: 'list', pairs: 'name=value pairs' };
  const kind = held.kind === 'choice' ? `one of ${held.choices.join(', ')}` : kinds[held.kind];
  const standard = held.default === undefined ? '' : shownValue(name, held.default);
  const facts = [kind, ...(secret ? ['secret: never shown'] : []), standard === '' ? 'not set by default' : `default ${standard}`];
  return [`# ${name}: ${meaning}. (${facts.join('; ')})`, `# ${variable}=${secret ? '' : example}`];
}
