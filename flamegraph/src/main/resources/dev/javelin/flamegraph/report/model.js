// The profile as arrays. Node 0 is the root; nodes are in preorder, so that node i's subtree is [i, end[i]).

const KINDS = [
  { label: 'Interpreted', hue: 128, light: [46, 83], dark: [16, 37] },
  { label: 'JIT compiled', hue: 128, light: [58, 66], dark: [44, 30] },
  { label: 'Inlined', hue: 184, light: [56, 69], dark: [48, 29] },
  { label: 'Native', hue: 2, light: [76, 76], dark: [42, 40] },
  { label: 'C++', hue: 51, light: [76, 66], dark: [58, 30] },
  { label: 'Kernel', hue: 30, light: [92, 68], dark: [66, 33] },
  { label: 'C1 compiled', hue: 86, light: [64, 72], dark: [42, 30] },
  { label: 'Thread', hue: 220, light: [32, 82], dark: [22, 34] },
  { label: 'Process', hue: 250, light: [36, 84], dark: [24, 38] },
  { label: 'Not known', hue: 225, light: [6, 78], dark: [6, 36] },
  { label: 'All', hue: 220, light: [14, 86], dark: [12, 26] },
];
const JAVA_KIND = 1; // of a name: the node's own kind is told by how most of its weight was run
const CPP_KIND = 4;
const ROOT_KIND = 10;
class Profile {
  constructor(data) {
    this.info = data.info;
    this.events = data.events; // of the recording, this one among them
    this.names = data.names;
    this.nameKinds = data.kinds;
    this.size = data.size;
    const n = data.size;
    this.name = new Int32Array(n);
    this.parent = new Int32Array(n);
    this.depth = new Int32Array(n);
    this.end = new Int32Array(n);
    this.left = new Float64Array(n);
    this.total = new Float64Array(n);
    this.self = new Float64Array(n);
    this.hidden = new Float64Array(n);
    this.parts = new Map(); // node -> [interpreted, c1, inlined], where they are mixed
    this.kind = new Uint8Array(n);
    this.removed = new Uint8Array(n);
    this.removedCount = 0;
    this.read(data);
    this.measure();
    this.settleKinds();
  }

  /** The numbers of each node: name and flags, number of children, and what the flags announce. */
  read(data) {
    const open = []; // pairs: node, children still to come
    for (let i = 0; i < this.size; i++) {
      const head = data.number();
      const children = data.number();
      const mode = (head >> 2) & 7;
      this.name[i] = Math.floor(head / 32);
      this.self[i] = head & 1 ? data.number() : 0;
      this.hidden[i] = head & 2 ? data.number() : 0;
      if (mode === 4) {
        this.parts.set(i, [data.number(), data.number(), data.number()]);
      }
      this.kind[i] = i === 0 ? ROOT_KIND : this.nameKinds[this.name[i]];
      if (this.kind[i] === JAVA_KIND) {
        this.kind[i] = [1, 2, 6, 0, 1][mode];
      }
      this.parent[i] = open.length ? open[open.length - 2] : -1;
      this.depth[i] = open.length / 2;
      if (open.length) {
        open[open.length - 1]--;
      }
      if (children > 0) {
        open.push(i, children);
      } else {
        this.end[i] = i + 1;
        while (open.length && open[open.length - 1] === 0) {
          open.pop();
          this.end[open.pop()] = i + 1;
        }
      }
    }
  }

  /** Adds up the weights and lays the nodes out side by side, without what was removed. */
  measure() {
    const { total, self, hidden, parent, left, removed } = this;
    for (let i = 0; i < this.size; i++) {
      if (i > 0 && removed[parent[i]]) {
        removed[i] = 1;
      }
      total[i] = removed[i] ? 0 : self[i] + hidden[i];
    }
    for (let i = this.size - 1; i > 0; i--) {
      total[parent[i]] += total[i];
    }
    const filled = new Float64Array(this.size);
    for (let i = 1; i < this.size; i++) {
      left[i] = left[parent[i]] + filled[parent[i]];
      filled[parent[i]] += total[i];
    }
  }

  /** Turns the weights of how a method was run into shares, and takes the largest for the node's kind. */
  settleKinds() {
    for (const [node, [interpreted, c1, inlined]] of this.parts) {
      const whole = this.total[node];
      const weights = [
        [1, whole - interpreted - c1 - inlined],
        [2, inlined],
        [6, c1],
        [0, interpreted],
      ];
      weights.sort((a, b) => b[1] - a[1]);
      this.kind[node] = weights[0][0];
      this.parts.set(node, weights.filter(([, w]) => w > 0).map(([kind, w]) => [kind, w / whole]));
    }
  }

  /** How a frame's code was run: pairs of kind and share, the largest first. */
  shares(node) {
    return this.parts.get(node) || [[this.kind[node], 1]];
  }

  text(node) {
    return node === 0 ? 'all' : this.names[this.name[node]];
  }

  children(node) {
    const list = [];
    for (let c = node + 1; c < this.end[node]; c = this.end[c]) {
      if (this.total[c] > 0) {
        list.push(c);
      }
    }
    return list;
  }

  remove(node) {
    this.removed[node] = 1;
    this.removedCount++;
    this.measure();
  }

  restore() {
    this.removed.fill(0);
    this.removedCount = 0;
    this.measure();
  }

  maxDepth(node) {
    let deepest = this.depth[node];
    for (let i = node + 1; i < this.end[node]; i++) {
      if (this.depth[i] > deepest && this.total[i] > 0) {
        deepest = this.depth[i];
      }
    }
    return deepest;
  }

  /** Self and total weight of each name; a recursive method's total counts a stack once. */
  methods() {
    const rows = this.names.map((text, id) => ({ id, text, self: 0, total: 0, kinds: new Float64Array(11) }));
    const active = new Int32Array(this.names.length);
    const path = [];
    for (let i = 1; i < this.size; i++) {
      while (path.length && this.end[path[path.length - 1]] <= i) {
        active[this.name[path.pop()]]--;
      }
      const row = rows[this.name[i]];
      if (!this.removed[i]) {
        row.self += this.self[i];
        row.kinds[this.kind[i]] += this.total[i];
        row.total += active[row.id] === 0 ? this.total[i] : 0;
      }
      active[row.id]++;
      path.push(i);
    }
    for (const row of rows) {
      row.kind = row.kinds.indexOf(Math.max(...row.kinds));
    }
    return rows.filter((row) => row.total > 0);
  }
}

const plainNumber = new Intl.NumberFormat('en-US');

function percent(part, whole) {
  const share = whole > 0 ? (100 * part) / whole : 0;
  return (share >= 99.995 ? '100' : share.toFixed(2)) + '\u2009%';
}

function duration(nanos) {
  for (const [unit, size] of [['s', 1e9], ['ms', 1e6], ['\u00b5s', 1e3]]) {
    if (nanos >= size) {
      const value = nanos / size;
      return plainNumber.format(Number(value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0))) + '\u2009' + unit;
    }
  }
  return plainNumber.format(nanos) + '\u2009ns';
}

function bytes(count) {
  for (const [unit, size] of [['GiB', 2 ** 30], ['MiB', 2 ** 20], ['KiB', 2 ** 10]]) {
    if (count >= size) {
      return (count / size).toFixed(2) + '\u2009' + unit;
    }
  }
  return plainNumber.format(count) + '\u2009B';
}

/** A number of samples, or of hits if every event was recorded. */
function counted(info, count) {
  return `${plainNumber.format(count)} ${info.counted}${count === 1 ? '' : 's'}`;
}

/** A weight with its unit: samples or hits, or what the profile sums up. */
function weight(profile, value) {
  const { total, unit } = profile.info;
  if (!total) {
    return counted(profile.info, value);
  }
  return unit === 'ns' ? duration(value) : unit === 'bytes' ? bytes(value) : plainNumber.format(value) + ' ' + unit;
}
