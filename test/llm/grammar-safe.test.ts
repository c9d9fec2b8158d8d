import { expect, test } from 'vitest';
import { withoutGroupMarks } from '../../lib/llm/grammar-safe.js';

test('patterns that end the server are left out, wherever they lie; all else stays', () => {
  const schema = (pattern: string) => ({
    type: 'object',
    properties: { pattern: { type: 'string', pattern, minLength: 1 }, list: { type: 'array', items: [{ pattern }, 3, null] } },
  });
  expect(withoutGroupMarks(schema('^[BP][0-9]{1,2}$'))).toEqual(schema('^[BP][0-9]{1,2}$'));
  expect(withoutGroupMarks(schema('^(?:a|b)$'))).toEqual({
    type: 'object',
    properties: { pattern: { type: 'string', minLength: 1 }, list: { type: 'array', items: [{}, 3, null] } },
  });
});
