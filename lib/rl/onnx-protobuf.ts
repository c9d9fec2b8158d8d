/** The part of ONNX's protobuf that a policy needs (onnx.proto of ONNX 1.18): messages as bytes, fields in the order given. */

/** Wire type 0 (varint), 2 (length-delimited), 5 (float32). */
type Field = readonly [field: number, value: number | string | Uint8Array | { readonly float: number }];

/** A message of these fields. Numbers are written as varints (int64, enums), text and bytes with their length. */
export function message(...fields: readonly Field[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [field, value] of fields) {
    if (typeof value === 'number') parts.push(varint(field << 3), varint(value));
    else if (typeof value === 'string' || value instanceof Uint8Array) {
      const bytes = typeof value === 'string' ? Buffer.from(value) : value;
      parts.push(varint((field << 3) | 2), varint(bytes.length), bytes);
    } else {
      const bytes = new Uint8Array(4);
      new DataView(bytes.buffer).setFloat32(0, value.float, true);
      parts.push(varint((field << 3) | 5), bytes);
    }
  }
  return Buffer.concat(parts);
}

/** Base 128, least significant first; whole numbers from 0 up. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

export const FLOAT = 1;
export const DOUBLE = 11;

/** TensorProto: raw little-endian values. */
export function tensorProto(name: string, shape: readonly number[], values: Float32Array | Float64Array): Uint8Array {
  const width = values.BYTES_PER_ELEMENT;
  const raw = new Uint8Array(values.length * width);
  const view = new DataView(raw.buffer);
  for (let i = 0; i < values.length; i++) {
    if (width === 4) view.setFloat32(4 * i, values[i]!, true);
    else view.setFloat64(8 * i, values[i]!, true);
  }
  const dims = shape.map((size): Field => [1, size]);
  return message(...dims, [2, width === 4 ? FLOAT : DOUBLE], [8, name], [9, raw]);
}

/** NodeProto; attributes are int64. */
export function nodeProto(
  operator: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, number>> = {},
): Uint8Array {
  return message(
    ...inputs.map((name): Field => [1, name]),
    [2, output],
    [3, `${operator}_${output}`],
    [4, operator],
    // AttributeProto: name, i, type INT
    ...Object.keys(attributes).map((name): Field => [5, message([1, name], [3, attributes[name]!], [20, 2])]),
  );
}

/** ValueInfoProto of float32 [batch, width], batch free. */
export function rowsProto(name: string, width: number): Uint8Array {
  const shape = message([1, message([2, 'batch'])], [1, message([1, width])]);
  return message([1, name], [2, message([1, message([1, FLOAT], [2, shape])])]);
}
