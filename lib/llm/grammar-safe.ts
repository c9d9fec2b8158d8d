/** A JSON Schema that Ollama can make a grammar of: what would bring its server down is left to the check of the answer. */

/**
 * Leaves out each `pattern` with a group mark such as `(?:`: Ollama 0.24 turns schemas into grammars with llama.cpp's converter, which
 * takes the `?` for a quantifier of nothing and ends the whole server with a segmentation fault.
 */
export function withoutGroupMarks<T>(schema: T): T {
  if (Array.isArray(schema)) return schema.map(withoutGroupMarks) as T;
  if (typeof schema !== 'object' || schema === null) return schema;
  const kept = Object.entries(schema).filter(([key, value]) => !(key === 'pattern' && typeof value === 'string' && value.includes('(?')));
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutGroupMarks(value)])) as T;
}
