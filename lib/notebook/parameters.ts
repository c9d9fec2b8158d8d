/** Parameters by name, checked against their defaults. */
import { InputError } from '../core/index.js';

/** Parameters of a pipeline: its defaults, overridden. Throws InputError on an unknown name or another type. */
export function fillParameters<P extends object>(pipeline: string, defaults: P, given: Partial<P>): P {
  checkParameters(pipeline, defaults, given);
  return { ...defaults, ...given };
}

/** Throws InputError when `given` names what `defaults` does not hold, or holds a value of another kind. */
export function checkParameters(name: string, defaults: object, given: object): void {
  const known = defaults as Record<string, unknown>;
  for (const [key, value] of Object.entries(given)) {
    if (!Object.hasOwn(known, key))
      throw new InputError(`${name}: expected a parameter of ${Object.keys(known).join(', ')}, got "${key}". Use one of these.`);
    if (known[key] !== null && kindOf(known[key]) !== kindOf(value))
      throw new InputError(`${name}: expected ${kindOf(known[key])} for "${key}", got ${JSON.stringify(value)}. Change its value.`);
  }
}

const kindOf = (value: unknown): string => (Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value);
