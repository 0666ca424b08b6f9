/** Bytes of which each tells where in the file it stands. */
export function pattern(from: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let index = 0; index < length; index++) bytes[index] = ((from + index) * 2_654_435_761) >>> 13;
  return bytes;
}
