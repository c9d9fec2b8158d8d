/** Settings as text, for the environment and for people: `a,b` for lists, `name=value,...` for pairs. */
import { aboutSetting, kindOf, type SettingName } from './schema.js';

/** The value that a variable's text stands for; text that can't be read stays text, so that the schema refuses it. */
export function valueFromText(name: SettingName, text: string): unknown {
  const { kind } = kindOf(name);
  const parts = (): string[] => text.split(',').map((part) => part.trim());
  if (kind === 'whole') return /^\d+$/.test(text.trim()) ? Number(text) : text;
  if (kind === 'list') return parts();
  if (kind !== 'pairs') return text;
  // A value may hold more of them: keys often end in one.
  const pairs = parts().map((part) => [part.slice(0, Math.max(0, part.indexOf('='))), part.slice(part.indexOf('=') + 1)]);
  return pairs.every(([name, value]) => name !== '' && value !== '') ? Object.fromEntries(pairs) : text;
}

/** A value as its variable would hold it; `****` for a secret, and for user and password within a URL. */
export function shownValue(name: SettingName, value: unknown): string {
  const none = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  if (aboutSetting(name).secret) return none ? '' : '****';
  const text =
    typeof value === 'object' && value !== null && kindOf(name).kind === 'pairs'
      ? Object.entries(value)
          .map((pair) => pair.join('='))
          .join(',')
      : Array.isArray(value)
        ? value.join(',')
        : typeof value === 'string'
          ? value
          : JSON.stringify(value);
  return text.replace(/\/\/[^/\s]*@/g, '//****@');
}
