/** The form that an answer must have: told to the server as a JSON Schema, and checked here whatever the server did with it. */
import { z } from 'zod';

export interface AnswerFormat {
  /** Letters, digits, `_` and `-`: servers show it to the model. */
  readonly name: string;
  readonly jsonSchema: Readonly<Record<string, unknown>>;
  check(value: unknown): { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly says: string };
}

/** An {@link AnswerFormat} that parses to `T`. */
export interface TypedFormat<T> extends AnswerFormat {
  check(value: unknown): { readonly ok: true; readonly value: T } | { readonly ok: false; readonly says: string };
}

/** The form that a zod schema describes. Throws for a schema that JSON Schema can't say. */
export function answerFormat<T>(name: string, schema: z.ZodType<T>): TypedFormat<T> {
  const { $schema: _, ...jsonSchema } = z.toJSONSchema(schema, { target: 'draft-7' });
  return {
    name,
    jsonSchema,
    check(value) {
      const parsed = schema.safeParse(value);
      if (parsed.success) return { ok: true, value: parsed.data };
      const says = parsed.error.issues
        .slice(0, 5)
        .map(({ path, message }) => `${path.length > 0 ? path.join('.') : 'the answer'}: ${message}`);
      return { ok: false, says: says.join('; ') };
    },
  };
}
