// Where the time of calls went: the embedded data (see ExplanationData.java), and the flame graph of a part.

/** The stacks of a part's time, merged by frame name, as the numbers that a flame graph is read from. */
class StackTree {
  constructor(data) {
    const { number, nodes } = data;
    this.names = data.names;
    this.kinds = data.kinds;
    this.parent = new Int32Array(nodes).fill(-1);
    this.name = new Int32Array(nodes);
    this.mode = new Uint8Array(nodes);
    for (let node = 1; node < nodes; node++) {
      this.parent[node] = node - number();
      const frame = number();
      this.name[node] = Math.floor(frame / 4);
      this.mode[node] = frame & 3;
    }
  }

  /** The names of a stack's frames, leaf first. */
  stack(node) {
    const frames = [];
    for (let n = node; n > 0; n = this.parent[n]) {
      frames.push(this.names[this.name[n]]);
    }
    return frames;
  }

  /** A flame graph of weights, pairs of node and nanoseconds. */
  profile(weights) {
    const self = new Float64Array(this.parent.length);
    for (const [node, nanos] of weights) {
      self[node] += nanos;
    }
    const numbers = [];
    const size = this.write(this.merge(self), numbers);
    let at = 0;
    const info = { total: true, unit: 'ns' };
    return new Profile({ info, names: this.names, kinds: this.kinds, size, number: () => numbers[at++] });
  }

  merge(self) {
    const total = Float64Array.from(self);
    for (let node = total.length - 1; node > 0; node--) {
      total[this.parent[node]] += total[node];
    }
    const made = () => ({ self: 0, modes: [0, 0, 0, 0], children: new Map() });
    const merged = [made()];
    merged[0].self = self[0];
    for (let node = 1; node < total.length; node++) {
      if (total[node] > 0) {
        const { children } = merged[this.parent[node]];
        if (!children.has(this.name[node])) {
          children.set(this.name[node], made());
        }
        merged[node] = children.get(this.name[node]);
        merged[node].self += self[node];
        merged[node].modes[this.mode[node]] += total[node];
      }
    }
    return merged[0];
  }

  /** Writes nodes in the order and layout that Profile reads, children by their names; returns their number. */
  write(root, numbers) {
    const waiting = [[0, root]];
    let size = 0;
    while (waiting.length) {
      const [name, { self, modes, children }] = waiting.pop();
      const java = size > 0 && this.kinds[name] === JAVA_KIND;
      numbers.push(name * 32 + (java ? 16 : 0) + (self > 0 ? 1 : 0), children.size);
      if (self > 0) {
        numbers.push(self);
      }
      if (java) {
        numbers.push(modes[3], modes[2], modes[1]);
      }
      const text = ([id]) => this.names[id];
      for (const child of [...children].sort((a, b) => (text(a) < text(b) ? 1 : -1))) {
        waiting.push(child);
      }
      size++;
    }
    return size;
  }
}

/** The panel of one part: its details, and the flame graph of one of them or of all. */
class PartPanel {
  constructor(data, tree, rows) {
    this.data = data;
    this.tree = tree;
    this.rows = rows;
    this.column = data.slowCalls > 0 ? 'slow' : 'all';
    this.canvas = document.getElementById('canvas');
    this.graph = new Graph(tree.profile([]), {
      hover: (node, event) => this.hover(node, event),
      select: (node) => this.say(node),
      changed: () => this.say(this.graph.zoomed),
      remove: (node) => this.remove(node),
    });
    this.listen();
  }

  listen() {
    for (const opener of document.querySelectorAll('[data-part]')) {
      opener.addEventListener('click', () => {
        this.column = opener.dataset.column || this.column;
        this.open(Number(opener.dataset.part));
        document.getElementById('part-name').focus({ preventScroll: true });
        document.getElementById('part').scrollIntoView({ block: 'nearest' });
      });
    }
    for (const column of ['all', 'slow']) {
      document.getElementById('column-' + column).addEventListener('click', () => {
        this.column = column;
        this.show();
      });
    }
    this.canvas.addEventListener('keydown', (e) => this.key(e));
  }

  open(part) {
    this.part = part;
    this.detail = -1;
    document.getElementById('part').hidden = false;
    for (const opener of document.querySelectorAll('.open')) {
      opener.setAttribute('aria-expanded', Number(opener.dataset.part) === part);
    }
    this.show();
  }

  show() {
    const [text, style] = this.data.parts[this.part];
    document.getElementById('part-name').replaceChildren(partKey(style), text);
    for (const column of ['all', 'slow']) {
      document.getElementById('column-' + column).setAttribute('aria-pressed', column === this.column);
    }
    const own = this.rows.filter((row) => row.part === this.part);
    this.showDetails(own);
    const shown = own.filter((row) => this.detail < 0 || row.detail === this.detail);
    const profile = this.tree.profile(shown.map((row) => [row.node, row[this.column]]));
    const empty = document.getElementById('empty');
    empty.hidden = profile.size > 1;
    empty.textContent = profile.total[0] > 0 ? 'No stacks are known.' : 'No time went there.';
    this.graph.scroll.hidden = profile.size <= 1;
    this.graph.scroll.style.height = Math.min(profile.maxDepth(0) + 1, Math.max(12, 0.6 * innerHeight / ROW)) * ROW + 'px';
    this.graph.use(profile);
    this.say(0);
  }

  showDetails(own) {
    const box = document.getElementById('details');
    const sums = new Map();
    for (const row of own) {
      const sum = sums.get(row.detail) || { detail: row.detail, all: 0, slow: 0 };
      sum.all += row.all;
      sum.slow += row.slow;
      sums.set(row.detail, sum);
    }
    const other = this.column === 'all' ? 'slow' : 'all';
    const list = [...sums.values()].sort((a, b) => b[this.column] - a[this.column] || b[other] - a[other]);
    box.hidden = list.length === 0 || (list.length === 1 && this.data.texts[list[0].detail] === '');
    const table = element('table');
    const head = table.createTHead().insertRow();
    for (const text of ['Detail', 'All calls', 'Share', 'Slow calls', 'Share']) {
      const th = element('th', '', text);
      th.scope = 'col';
      head.append(th);
    }
    const body = element('tbody');
    const whole = { detail: -1, all: 0, slow: 0 };
    for (const { all, slow } of list) {
      whole.all += all;
      whole.slow += slow;
    }
    body.append(...[whole, ...list.slice(0, 100)].map((sum) => this.detailRow(sum, whole)));
    if (list.length > 100) {
      const rest = element('th', '', `${plainNumber.format(list.length - 100)} more`);
      body.insertRow().append(rest);
    }
    table.append(body);
    box.replaceChildren(table);
  }

  detailRow(sum, whole) {
    const row = element('tr');
    const name = element('th');
    name.scope = 'row';
    const text = sum.detail < 0 ? 'all' : this.data.texts[sum.detail] || 'no detail';
    const button = element('button', 'open-detail', text);
    button.type = 'button';
    button.setAttribute('aria-pressed', sum.detail === this.detail);
    button.addEventListener('click', () => {
      this.detail = sum.detail;
      this.show();
      document.querySelector('#details [aria-pressed="true"]').focus();
    });
    name.append(button);
    row.append(name);
    for (const column of ['all', 'slow']) {
      row.append(element('td', '', sum[column] > 0 ? duration(sum[column]) : '\u2013'));
      row.append(element('td', '', sum[column] > 0 ? percent(sum[column], whole[column]) : ''));
    }
    return row;
  }

  hover(node, event) {
    if (node < 0 || !event) {
      hideTooltip();
      return;
    }
    const { profile, zoomed, dark } = this.graph;
    showTooltip(frameLines(profile, zoomed, node, dark), event.clientX, event.clientY);
  }

  say(node) {
    const { profile } = this.graph;
    const removed = profile.removedCount > 0 ? ` \u00b7 ${plainNumber.format(profile.removedCount)} removed (0 brings back)` : '';
    const { total } = profile;
    document.getElementById('status').textContent =
      `${profile.text(node)}: ${weight(profile, total[node])}, ${percent(total[node], total[0])}${removed}`;
  }

  remove(node) {
    if (node > 0) {
      this.graph.profile.remove(node);
      this.graph.selected = -1;
      this.graph.hover(-1);
      this.graph.zoom(0);
    }
  }

  key(e) {
    const { graph } = this;
    const arrows = { ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'leaf', ArrowDown: 'root' };
    if (e.ctrlKey || e.metaKey || e.altKey) {
      return;
    }
    if (arrows[e.key]) {
      graph.move(arrows[e.key]);
    } else if (e.key === 'Enter' && graph.selected >= 0) {
      graph.zoom(graph.selected);
    } else if (e.key === 'Delete') {
      this.remove(graph.selected);
    } else if (e.key === '0' || e.key === 'Escape') {
      graph.profile.restore();
      graph.zoom(0);
    } else {
      return;
    }
    e.preventDefault();
  }
}

/** A square in a part's colour. */
function partKey(style) {
  const svg = svgElement('svg', { class: 'key ' + style, 'aria-hidden': 'true' });
  svg.append(svgElement('rect', { width: '100%', height: '100%' }));
  return svg;
}

/** An element of a drawing, in the name space of those that the page has. */
function svgElement(tag, attributes) {
  const e = document.createElementNS(document.querySelector('.stacked').namespaceURI, tag);
  for (const [name, value] of Object.entries(attributes)) {
    e.setAttribute(name, value);
  }
  return e;
}
