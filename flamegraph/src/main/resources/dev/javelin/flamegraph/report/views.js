// The views made of tables: the call tree and the hot methods.

/** A cell with a weight, its share, and a bar as long as the share. */
function weightCell(profile, value, whole, className) {
  const cell = element('td', value > 0 ? 'number meter' : 'number meter zero', profile.info.total ? weight(profile, value) : plainNumber.format(value));
  cell.append(element('small', '', percent(value, whole)));
  const bar = element('i', className);
  bar.style.width = `calc((100% - 8px) * ${whole > 0 ? value / whole : 0})`;
  cell.append(bar);
  return cell;
}

function tableWithHead(columns) {
  const table = element('table', 'grid');
  const row = table.createTHead().insertRow();
  for (const { label, className, sort, onClick } of columns) {
    const head = element('th', className);
    head.scope = 'col';
    if (sort) {
      head.setAttribute('aria-sort', sort);
    }
    const content = element(onClick ? 'button' : 'span', '', label);
    if (onClick) {
      content.type = 'button';
      content.addEventListener('click', onClick);
    }
    head.append(content);
    row.append(head);
  }
  table.append(element('tbody'));
  return table;
}

class MethodsView {
  constructor(profile, hooks) {
    this.profile = profile;
    this.hooks = hooks;
    this.root = document.getElementById('methods');
    this.sort = 'self';
    this.limit = 500;
  }

  show(state) {
    const { profile } = this;
    const whole = profile.total[0];
    const rows = profile.methods().filter((row) => !state.matches || state.matches[row.id]);
    const by = this.sort;
    rows.sort((a, b) => (by === 'name' ? (a.text < b.text ? -1 : 1) : b[by] - a[by] || b.total - a.total));
    const column = (label, key, className) => ({
      label: label + (by === key ? (key === 'name' ? ' \u2191' : ' \u2193') : ''),
      className,
      sort: by === key ? (key === 'name' ? 'ascending' : 'descending') : '',
      onClick: () => {
        this.sort = key;
        this.show(state);
      },
    });
    const table = tableWithHead([
      column('Self', 'self', 'number'),
      column('Total', 'total', 'number'),
      column('Method', 'name', ''),
      { label: 'Mostly', className: 'kind' },
    ]);
    const body = table.tBodies[0];
    for (const row of rows.slice(0, this.limit)) {
      body.append(this.row(row, whole, state));
    }
    const rest = rows.length - this.limit;
    const note = rows.length === 0 ? 'Nothing matches.' : rest > 0 ? `${plainNumber.format(rest)} more; search to find them.` : '';
    this.root.replaceChildren(table, element('div', 'more', note));
  }

  row(row, whole, state) {
    const tr = element('tr', 'row');
    tr.tabIndex = 0;
    tr.title = 'Enter or double click: show in the graph';
    tr.append(weightCell(this.profile, row.self, whole, 'self'), weightCell(this.profile, row.total, whole, ''));
    tr.append(element('td', 'name', row.text));
    const kind = element('td', 'kind');
    kind.append(swatch(row.kind, state.dark), ' ' + KINDS[row.kind].label);
    tr.append(kind);
    tr.addEventListener('dblclick', () => this.hooks.find(row.text));
    tr.addEventListener('keydown', (e) => {
      if (e.key === 'Enter') {
        this.hooks.find(row.text);
      } else {
        moveFocus(e, tr);
      }
    });
    return tr;
  }
}

function moveFocus(event, row) {
  const to = event.key === 'ArrowDown' ? row.nextElementSibling : event.key === 'ArrowUp' ? row.previousElementSibling : null;
  if (to) {
    event.preventDefault();
    to.focus();
  }
}

class TreeView {
  constructor(profile, hooks) {
    this.profile = profile;
    this.hooks = hooks;
    this.root = document.getElementById('tree');
    this.childLimit = 200;
  }

  show(state) {
    this.state = state;
    const table = tableWithHead([
      { label: 'Total', className: 'number' },
      { label: 'Self', className: 'number' },
      { label: 'Frame', className: '' },
    ]);
    table.setAttribute('role', 'treegrid');
    this.body = table.tBodies[0];
    this.root.replaceChildren(table);
    const start = state.zoomed;
    const first = this.row(start, 0);
    this.body.append(first);
    this.expandHot(first);
  }

  /** Opens the frames below while one of them has most of the weight. */
  expandHot(row) {
    const { total } = this.profile;
    for (let next = row, steps = 0; next && steps < 60; steps++) {
      this.toggle(next, true);
      const child = next.nextElementSibling;
      const hot = child && child.depth > next.depth && total[child.node] >= 0.6 * total[next.node];
      next = hot || steps === 0 ? child : null;
    }
  }

  row(node, level) {
    const { profile, state } = this;
    const tr = element('tr', 'row');
    tr.node = node;
    tr.depth = level;
    tr.tabIndex = 0;
    tr.setAttribute('aria-level', level + 1);
    tr.append(weightCell(profile, profile.total[node], profile.total[0], ''));
    tr.append(weightCell(profile, profile.self[node], profile.total[0], 'self'));
    const matched = state.matches && node > 0 && state.matches[profile.name[node]];
    const cell = element('td', 'name');
    const line = element('div', 'tree-cell');
    line.style.paddingLeft = Math.min(level, 60) * 14 + 'px';
    tr.twisty = element('span', 'twisty');
    tr.leaf = profile.children(node).length === 0;
    line.append(tr.twisty, swatch(profile.kind[node], state.dark), element('span', matched ? 'match' : '', profile.text(node)));
    cell.append(line);
    tr.append(cell);
    this.mark(tr, false);
    tr.addEventListener('click', () => this.toggle(tr, !tr.open));
    tr.addEventListener('dblclick', () => this.hooks.graph(node));
    tr.addEventListener('keydown', (e) => this.key(e, tr));
    return tr;
  }

  mark(row, open) {
    row.open = open;
    row.twisty.textContent = row.leaf ? '' : open ? '\u25be' : '\u25b8';
    if (!row.leaf) {
      row.setAttribute('aria-expanded', open);
    }
  }

  toggle(row, open) {
    if (row.leaf || row.open === open) {
      return;
    }
    this.mark(row, open);
    if (!open) {
      while (row.nextElementSibling && row.nextElementSibling.depth > row.depth) {
        row.nextElementSibling.remove();
      }
      return;
    }
    const { total } = this.profile;
    const children = this.profile.children(row.node).sort((a, b) => total[b] - total[a]);
    const rows = children.slice(0, this.childLimit).map((child) => this.row(child, row.depth + 1));
    if (children.length > this.childLimit) {
      rows.push(this.restRow(children.slice(this.childLimit), row.depth + 1));
    }
    row.after(...rows);
  }

  restRow(rest, level) {
    const tr = element('tr');
    tr.depth = level;
    const sum = rest.reduce((a, node) => a + this.profile.total[node], 0);
    tr.append(weightCell(this.profile, sum, this.profile.total[0], ''), element('td'));
    tr.append(element('td', 'name', `${plainNumber.format(rest.length)} smaller ones`));
    return tr;
  }

  key(event, row) {
    if (event.key === 'ArrowRight') {
      this.toggle(row, true);
    } else if (event.key === 'ArrowLeft' && row.open) {
      this.toggle(row, false);
    } else if (event.key === 'ArrowLeft') {
      let up = row.previousElementSibling;
      while (up && up.depth >= row.depth) {
        up = up.previousElementSibling;
      }
      up?.focus();
    } else if (event.key === 'Enter') {
      this.hooks.graph(row.node);
    } else {
      moveFocus(event, row);
      return;
    }
    event.preventDefault();
  }
}
