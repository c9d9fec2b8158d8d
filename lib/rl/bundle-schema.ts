/** The schema of bundle.json (DESIGN section 5), version 1: zod here, JSON Schema by `bundleJsonSchema()`. */
import { z } from 'zod';

const digest = z.string().regex(/^[0-9a-f]{64}$/, 'sha256 in hex');
const size = z.int().positive();

const networkSchema = z.strictObject({
  activation: z.enum(['tanh', 'relu']).describe('of the hidden layers; the last layer has none'),
  layers: z.array(z.strictObject({ inputs: size, outputs: size })).min(1),
});

const actionSizeSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('targetWeight'), weight: z.number().min(0).max(1) }),
  z.strictObject({
    kind: z.literal('delta'),
    side: z.enum(['buy', 'sell']),
    fraction: z.number().positive().max(1),
    basis: z.enum(['cash', 'equity', 'position', 'sellable']),
  }),
]);

/** Numbers are float64 in the shortest decimal form that gives the same bits back. */
export const bundleFileSchema = z
  .strictObject({
    format: z.literal('hindcast-policy'),
    v: z.literal(1),
    name: z.string().min(1),
    schema: z.strictObject({
      id: z.string().min(1),
      features: z.array(z.strictObject({ name: z.string().min(1), unit: z.string() })).min(1),
    }),
    rawClip: z.number().positive().nullable().describe('clip of the raw features before the normaliser; null = none'),
    normaliser: z
      .strictObject({
        mean: z.array(z.number()),
        variance: z.array(z.number().nonnegative()),
        count: z.number().nonnegative(),
        clip: z.number().positive(),
        epsilon: z.number().nonnegative(),
      })
      .nullable()
      .describe('clip((x - mean) / sqrt(variance + epsilon), -clip, clip), then float32; null = none'),
    actions: z.strictObject({ id: z.string().min(1), rows: z.array(z.strictObject({ name: z.string(), size: actionSizeSchema })).min(1) }),
    masking: z
      .literal('refused')
      .optional()
      .describe('actions that would be refused at the decision have probability 0; absent: all have one'),
    policy: networkSchema,
    value: networkSchema.nullable(),
    weights: z
      .strictObject({ file: z.literal('weights.safetensors'), sha256: digest })
      .describe('tensors <policy|value>.<layer>.<weight|bias>, F32, weight as [outputs, inputs]'),
    source: z.json(),
    hash: digest.describe('sha256 of the canonical JSON (RFC 8785) of this object without `hash`'),
  })
  .describe('A policy bundle: schema, normaliser, action table and network of a policy, loaded whole or not at all.');

export type BundleFile = z.output<typeof bundleFileSchema>;

/** JSON Schema of bundle.json, for readers in other languages. */
export const bundleJsonSchema = (): unknown => z.toJSONSchema(bundleFileSchema);
