/** The default embedder: bge-small-zh-v1.5 in this process, from the files under models/embedders. Chinese and English, no server. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lazyPackage, projectRoot, sha256 } from '../core/index.js';
import { type Embedder, toUnit } from './embedder.js';
import { MemoryError } from './errors.js';

/** What is used of onnxruntime-node and @huggingface/tokenizers: their own types need a newer compiler than the notebook's. */
interface Onnx {
  InferenceSession: { create(model: Uint8Array, options: object): Promise<Session> };
  Tensor: new (type: 'int64', data: BigInt64Array, dims: readonly number[]) => object;
}
interface Session {
  readonly outputNames: readonly string[];
  run(feeds: Record<string, object>): Promise<Record<string, { data: Float32Array; dims: readonly number[] }>>;
}
interface Tokenizers {
  Tokenizer: new (definition: object, config: object) => { encode(text: string): { ids: number[] } };
}

const onnx = lazyPackage<Onnx>('onnxruntime-node');
const tokenizers = lazyPackage<Tokenizers>('@huggingface/tokenizers');

export const localEmbedderId = 'bge-small-zh-v1.5-q';
const DIMENSION = 512;
const MAX_TOKENS = 512;

/** `threads`: cores that one text may use. Throws MemoryError when the model's files are not there. */
export function localEmbedder(threads = 1): Embedder {
  const folder = join(projectRoot(), 'models', 'embedders', localEmbedderId);
  const file = (name: string) => {
    const path = join(folder, name);
    if (!existsSync(path)) {
      throw new MemoryError(
        `localEmbedder: expected ${name} under models/embedders/${localEmbedderId}, got nothing. Restore it from the repository.`,
      );
    }
    return readFileSync(path);
  };
  let digest: string | undefined;
  let tokenizer: { encode(text: string): { ids: number[] } } | undefined;
  let session: Promise<Session> | undefined;
  const open = (): Promise<Session> => {
    session ??= onnx().InferenceSession.create(file('model.onnx'), { intraOpNumThreads: threads, interOpNumThreads: 1 });
    return session;
  };
  const encode = (text: string): number[] => {
    tokenizer ??= new (tokenizers().Tokenizer)(JSON.parse(file('tokenizer.json').toString('utf8')) as object, {});
    return tokenizer.encode(text).ids;
  };

  /** One text a run: in a batch the int8 model scales its numbers by the whole batch, and a text's vector would depend on its neighbours. */
  async function run(ids: readonly number[]): Promise<Float32Array> {
    const model = await open();
    const { Tensor } = onnx();
    const tensor = (values: readonly number[]) => new Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length]);
    const answer = await model.run({
      input_ids: tensor(ids),
      attention_mask: tensor(ids.map(() => 1)),
      token_type_ids: tensor(ids.map(() => 0)),
    });
    // The first token's vector stands for the text (CLS pooling, as the model was trained).
    return toUnit(answer[model.outputNames[0]!]!.data.slice(0, DIMENSION));
  }

  return {
    id: localEmbedderId,
    dimension: DIMENSION,
    maxTokens: MAX_TOKENS,
    digest: async () => {
      digest ??= sha256(file('model.onnx'));
      return digest;
    },
    countTokens: (text) => encode(text).length,
    async embed(texts, { signal } = {}) {
      const ids = texts.map(encode);
      const long = ids.findIndex((row) => row.length > MAX_TOKENS);
      if (long >= 0) {
        throw new MemoryError(
          `embed: expected texts of at most ${MAX_TOKENS} tokens, got one of ${ids[long]!.length}. Cut it with chunkText first.`,
        );
      }
      const vectors: Float32Array[] = [];
      for (const row of ids) {
        signal?.throwIfAborted();
        vectors.push(await run(row));
      }
      return vectors;
    },
  };
}
