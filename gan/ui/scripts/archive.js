/* Files put together in the page from what arrives in slices: ZIP, and in it MNIST's own format or NumPy's.

     await forge.makeZip([{ name, parts: [Uint8Array, ...] }, ...]) -> Blob, deflated
     forge.makeIdx(sizes)            -> the header of an IDX file of unsigned bytes; the bytes follow it
     forge.makeNpy(type, sizes)      -> the header of a .npy; type is NumPy's, "|u1" or "<i8"
     forge.checksum(parts)           CRC-32 of them, one after the other
     await forge.deflate(parts, kind)    "deflate-raw", or "deflate" with zlib's header */
(() => {
  const forge = (window.DigitForge = window.DigitForge || {});

  const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    return c >>> 0;
  });

  forge.checksum = (parts) => {
    let c = 0xffffffff;
    for (const part of parts) for (let i = 0; i < part.length; i++) c = TABLE[(c ^ part[i]) & 0xff] ^ (c >>> 8);
    return (c ^ 0xffffffff) >>> 0;
  };

  forge.deflate = async (parts, kind = "deflate-raw") => {
    const stream = new Blob(parts).stream().pipeThrough(new CompressionStream(kind));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  };

  /* Fields of 2 or 4 bytes, little-endian, as [bytes, value] */
  const pack = (fields) => {
    const bytes = new Uint8Array(fields.reduce((sum, [size]) => sum + size, 0));
    let at = 0;
    for (const [size, value] of fields) {
      for (let i = 0; i < size; i++) bytes[at++] = (value >>> (8 * i)) & 0xff;
    }
    return bytes;
  };

  forge.makeZip = async (entries) => {
    const body = [];
    const directory = [];
    let at = 0;
    for (const { name, parts } of entries) {
      const letters = new TextEncoder().encode(name);
      const data = await forge.deflate(parts);
      const size = parts.reduce((sum, part) => sum + part.length, 0);
      const shared = [
        [2, 20], // version needed
        [2, 0x800], // names are UTF-8
        [2, 8], // deflated
        [2, 0], // midnight
        [2, 0x21], // 1980-01-01: the same digits give the same file
        [4, forge.checksum(parts)],
        [4, data.length],
        [4, size],
        [2, letters.length],
        [2, 0],
      ];
      const head = pack([[4, 0x04034b50], ...shared]);
      body.push(head, letters, data);
      const central = [[4, 0x02014b50], [2, 20], ...shared, [2, 0], [2, 0], [2, 0], [4, 0], [4, at]];
      directory.push(pack(central), letters);
      at += head.length + letters.length + data.length;
    }
    const size = directory.reduce((sum, part) => sum + part.length, 0);
    const count = entries.length;
    const end = pack([[4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], [4, size], [4, at], [2, 0]]);
    return new Blob([...body, ...directory, end], { type: "application/zip" });
  };

  forge.makeIdx = (sizes) => {
    const bytes = new Uint8Array(4 + 4 * sizes.length);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, 0x0800 | sizes.length); // unsigned bytes, so many dimensions
    sizes.forEach((size, i) => view.setUint32(4 + 4 * i, size));
    return bytes;
  };

  forge.makeNpy = (type, sizes) => {
    const shape = sizes.length === 1 ? `(${sizes[0]},)` : `(${sizes.join(", ")})`;
    let text = `{'descr': '${type}', 'fortran_order': False, 'shape': ${shape}, }`;
    text += " ".repeat(63 - ((10 + text.length) % 64)) + "\n"; // the data begin at a multiple of 64
    const magic = [0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, text.length & 0xff, text.length >> 8];
    return Uint8Array.from([...magic, ...new TextEncoder().encode(text)]);
  };
})();
