// Reading the embedded profile: base64, DEFLATE (RFC 1951), then our own layout (see HtmlData.java).

function bytesOfBase64(text) {
  const binary = atob(text.trim());
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) {
    bytes[i] = binary.charCodeAt(i);
  }
  return bytes;
}

/** A Huffman decoder: a table indexed by the next bits, of entries symbol << 4 | length. */
function huffman(lengths) {
  const counts = new Uint16Array(16);
  let longest = 1;
  for (const length of lengths) {
    counts[length]++;
    longest = Math.max(longest, length);
  }
  counts[0] = 0;
  const next = new Uint16Array(17);
  for (let bits = 1; bits <= 15; bits++) {
    next[bits + 1] = (next[bits] + counts[bits]) << 1;
  }
  const entries = new Uint16Array(1 << longest);
  lengths.forEach((length, symbol) => {
    if (length === 0) {
      return;
    }
    const code = next[length]++;
    let reversed = 0;
    for (let bit = 0; bit < length; bit++) {
      reversed |= ((code >> bit) & 1) << (length - 1 - bit);
    }
    for (let i = reversed; i < entries.length; i += 1 << length) {
      entries[i] = (symbol << 4) | length;
    }
  });
  return { entries, longest };
}

/** Start values and numbers of extra bits of the codes for lengths or distances. */
function codeRanges(count, first, perStep, plain) {
  const ranges = [];
  let start = first;
  for (let i = 0; i < count; i++) {
    const extra = i < plain ? 0 : Math.floor((i - plain) / perStep) + 1;
    ranges.push({ start, extra });
    start += 1 << extra;
  }
  return ranges;
}

function inflate(source, position, size) {
  const out = new Uint8Array(size);
  const lengthCodes = codeRanges(28, 3, 4, 8);
  lengthCodes.push({ start: 258, extra: 0 });
  const distanceCodes = codeRanges(30, 1, 2, 4);
  let at = position;
  let hold = 0;
  let held = 0;
  let written = 0;

  function bits(count) {
    while (held < count) {
      hold |= source[at++] << held;
      held += 8;
    }
    const value = hold & ((1 << count) - 1);
    hold >>>= count;
    held -= count;
    return value;
  }

  function symbol(decoder) {
    while (held < decoder.longest) {
      hold |= source[at++] << held; // behind the end: undefined, counts as 0
      held += 8;
    }
    const entry = decoder.entries[hold & ((1 << decoder.longest) - 1)];
    const length = entry & 15;
    hold >>>= length;
    held -= length;
    return entry >> 4;
  }

  function stored() {
    at -= held >> 3; // whole bytes read ahead
    hold = 0;
    held = 0;
    const length = source[at] | (source[at + 1] << 8);
    out.set(source.subarray(at + 4, at + 4 + length), written);
    at += 4 + length;
    written += length;
  }

  function fixedTables() {
    const lengths = new Array(288);
    for (let i = 0; i < 288; i++) {
      lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
    }
    return [huffman(lengths), huffman(new Array(30).fill(5))];
  }

  function dynamicTables() {
    const literals = bits(5) + 257;
    const distances = bits(5) + 1;
    const codes = bits(4) + 4;
    const order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
    const codeLengths = new Array(19).fill(0);
    for (let i = 0; i < codes; i++) {
      codeLengths[order[i]] = bits(3);
    }
    const decoder = huffman(codeLengths);
    const lengths = [];
    while (lengths.length < literals + distances) {
      const code = symbol(decoder);
      if (code < 16) {
        lengths.push(code);
      } else {
        const repeated = code === 16 ? lengths[lengths.length - 1] : 0;
        const times = code === 16 ? bits(2) + 3 : code === 17 ? bits(3) + 3 : bits(7) + 11;
        for (let i = 0; i < times; i++) {
          lengths.push(repeated);
        }
      }
    }
    return [huffman(lengths.slice(0, literals)), huffman(lengths.slice(literals))];
  }

  function block(literals, distances) {
    for (;;) {
      const code = symbol(literals);
      if (code < 256) {
        out[written++] = code;
      } else if (code === 256) {
        return;
      } else {
        const length = lengthCodes[code - 257].start + bits(lengthCodes[code - 257].extra);
        const range = distanceCodes[symbol(distances)];
        const from = written - range.start - bits(range.extra);
        for (let i = 0; i < length; i++) {
          out[written++] = out[from + i];
        }
      }
    }
  }

  for (let last = 0; !last; ) {
    last = bits(1);
    const type = bits(2);
    if (type === 0) {
      stored();
    } else {
      block(...(type === 1 ? fixedTables() : dynamicTables()));
    }
  }
  return out;
}

/** The embedded data: { info, names, kinds, nodes }, where nodes reads numbers one after the other. */
function embeddedProfile(text) {
  const packed = bytesOfBase64(text);
  const size = packed[0] + packed[1] * 0x100 + packed[2] * 0x10000 + packed[3] * 0x1000000;
  const bytes = inflate(packed, 4, size);
  let at = 0;
  const number = () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const b = bytes[at++];
      value += (b & 127) * factor;
      if (b < 128) {
        return value;
      }
    }
  };
  const length = number();
  const json = new TextDecoder().decode(bytes.subarray(at, at + length));
  at += length;
  return { ...JSON.parse(json), number };
}
