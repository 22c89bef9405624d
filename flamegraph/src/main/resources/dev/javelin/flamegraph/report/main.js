// Puts the views together: search, keys, theme, and the state in the address (#event=offcpu&view=tree&search=…&theme=dark&zoom=…).

const byId = (id) => document.getElementById(id);
const VIEWS = ['graph', 'tree', 'methods'];

class Report {
  /** Each event of the recording is packed by itself, and read when it is looked at. */
  constructor(packed) {
    this.packed = packed;
    this.profiles = [];
    const profile = this.read(0);
    this.event = 0;
    this.profile = profile;
    this.view = 'graph';
    this.matches = null;
    this.matchList = [];
    this.matchAt = -1;
    const hooks = {
      hover: (node, event) => this.hover(node, event),
      select: (node) => this.say(node),
      changed: () => this.changed(),
      remove: (node) => this.remove(node),
      graph: (node) => {
        this.show('graph');
        this.graph.zoom(node);
      },
      find: (text) => {
        this.show('graph');
        this.search('^' + text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&') + '$');
      },
    };
    this.graph = new Graph(profile, hooks);
    this.tree = new TreeView(profile, hooks);
    this.methods = new MethodsView(profile, hooks);
    this.listen();
  }

  read(event) {
    return (this.profiles[event] ??= new Profile(embeddedProfile(this.packed[event])));
  }

  listen() {
    byId('search').addEventListener('input', () => {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.search(byId('search').value), 120);
    });
    byId('next').addEventListener('click', () => this.step(1));
    byId('previous').addEventListener('click', () => this.step(-1));
    byId('clear').addEventListener('click', () => this.search(''));
    byId('reset').addEventListener('click', () => this.reset());
    byId('invert').addEventListener('click', () => this.invert());
    byId('theme').addEventListener('click', () => this.toggleTheme());
    byId('help').addEventListener('click', showKeys);
    for (const view of VIEWS) {
      byId('view-' + view).addEventListener('click', () => this.show(view));
    }
    document.addEventListener('keydown', (e) => this.key(e));
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', (e) => {
      if (!this.themeChosen) {
        this.theme(e.matches);
      }
    });
  }

  start() {
    const asked = new URLSearchParams(location.hash.slice(1));
    const stored = this.storedTheme();
    this.themeChosen = ['dark', 'light'].includes(asked.get('theme') || stored);
    const system = matchMedia('(prefers-color-scheme: dark)').matches;
    this.theme(this.themeChosen ? (asked.get('theme') || stored) === 'dark' : system);
    const event = this.profile.events.findIndex((e) => e.event === asked.get('event'));
    this.choose(Math.max(event, 0));
    if (this.profile.info.inverted !== asked.has('invert')) {
      this.invert();
    }
    byId('recording').open = asked.has('header');
    const zoom = Number(asked.get('zoom') || 0);
    if (zoom > 0 && zoom < this.profile.size) {
      this.graph.zoom(zoom);
    }
    this.search(asked.get('search') || '');
    this.show(VIEWS.includes(asked.get('view')) ? asked.get('view') : 'graph');
  }

  state() {
    return { matches: this.matches, dark: this.dark, zoomed: this.graph.zoomed };
  }

  /** Shows an event of the recording: what was searched for and how it is looked at stays as it is. */
  choose(event) {
    const profile = this.read(event);
    this.event = event;
    this.profile = profile;
    this.tree.profile = profile;
    this.methods.profile = profile;
    showHeader(profile, event, (other) => this.choose(other));
    byId('empty').hidden = profile.total[0] > 0;
    byId('empty').textContent =
      profile.info.samples > 0
        ? `No ${profile.info.counted} matches what was asked for.`
        : `No ${profile.info.counted}s were recorded.`;
    showLegend(profile, this.dark);
    hideTooltip();
    this.graph.matches = null; // they are those of other names
    this.graph.use(profile);
    this.search(byId('search').value);
    this.changed();
  }

  stepEvent(by) {
    const count = this.packed.length;
    if (count > 1) {
      this.choose((this.event + by + count) % count);
    }
  }

  show(view) {
    this.view = view;
    for (const v of VIEWS) {
      byId(v).hidden = v !== view;
      byId('view-' + v).setAttribute('aria-pressed', v === view);
    }
    byId('invert').disabled = view !== 'graph';
    hideTooltip();
    this.refresh();
  }

  refresh() {
    if (this.view === 'graph') {
      this.graph.paintSoon();
    } else {
      this[this.view].show(this.state());
    }
  }

  changed() {
    byId('status').textContent = this.statusText();
    this.countMatches();
  }

  statusText() {
    const { profile, graph } = this;
    const parts = [];
    if (graph.zoomed > 0) {
      parts.push(`${profile.text(graph.zoomed)}: ${percent(profile.total[graph.zoomed], profile.total[0])}`);
    }
    if (profile.removedCount > 0) {
      parts.push(`${plainNumber.format(profile.removedCount)} removed (0 brings back)`);
    }
    return parts.join(' \u00b7 ');
  }

  reset() {
    if (this.profile.removedCount > 0) {
      this.profile.restore();
    }
    this.graph.selected = -1;
    this.graph.zoom(0);
    this.refresh();
  }

  remove(node) {
    if (node === 0) {
      return;
    }
    const { graph, profile } = this;
    if (graph.zoomed >= node && graph.zoomed < profile.end[node]) {
      graph.zoomed = profile.parent[node];
    }
    profile.remove(node);
    while (graph.zoomed > 0 && profile.total[graph.zoomed] === 0) {
      graph.zoomed = profile.parent[graph.zoomed];
    }
    graph.selected = -1;
    graph.hover(-1);
    graph.layout(false);
    this.changed();
  }

  invert() {
    this.graph.invert();
    byId('invert').setAttribute('aria-pressed', this.graph.icicle);
  }

  storedTheme() {
    try {
      return localStorage.getItem('javelin-theme');
    } catch {
      return null; // storage may be forbidden
    }
  }

  toggleTheme() {
    this.themeChosen = true;
    this.theme(!this.dark);
    try {
      localStorage.setItem('javelin-theme', this.dark ? 'dark' : 'light');
    } catch {
      // the choice holds for this page
    }
  }

  theme(dark) {
    this.dark = dark;
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
    this.graph.theme(dark);
    showLegend(this.profile, dark);
    this.refresh();
  }

  search(text) {
    const input = byId('search');
    if (input.value !== text) {
      input.value = text;
    }
    const matched = byId('matched');
    matched.className = '';
    this.matches = null;
    if (text) {
      try {
        const regex = new RegExp(text, /\p{Lu}/u.test(text) ? '' : 'i');
        this.matches = Uint8Array.from(this.profile.names, (name) => (regex.test(name) ? 1 : 0));
      } catch {
        matched.textContent = 'not a regular expression';
        matched.className = 'error';
      }
    } else {
      matched.textContent = '';
    }
    for (const id of ['next', 'previous']) {
      byId(id).hidden = !this.matches;
    }
    byId('clear').hidden = !text;
    this.graph.matches = this.matches;
    this.countMatches();
    this.refresh();
  }

  /** The share of what is shown that is in matching frames, nested ones counted once. */
  countMatches() {
    this.matchList = [];
    this.matchAt = -1;
    if (!this.matches) {
      return;
    }
    const { name, total, end } = this.profile;
    const zoomed = this.graph.zoomed;
    let sum = 0;
    let outer = 0;
    for (let i = Math.max(zoomed, 1); i < end[zoomed]; i++) {
      if (this.matches[name[i]] && total[i] > 0) {
        this.matchList.push(i);
        if (i >= outer) {
          sum += total[i];
          outer = end[i];
        }
      }
    }
    byId('matched').textContent = 'Matched ' + percent(sum, total[zoomed]);
  }

  step(by) {
    const { matchList: found } = this;
    if (found.length === 0) {
      return;
    }
    if (this.view !== 'graph') {
      this.show('graph');
    }
    const at = this.matchAt < 0 ? (by > 0 ? 0 : found.length - 1) : (this.matchAt + by + found.length) % found.length;
    const node = found[at];
    const keep = [found, at];
    this.graph.canvas.focus();
    this.graph.reveal(node);
    [this.matchList, this.matchAt] = keep; // a zoom on the way must not restart the round
  }

  say(node) {
    const text = `${this.profile.text(node)}, ${this.numbers(node)}`;
    byId('status').textContent = text;
  }

  numbers(node) {
    const { total } = this.profile;
    return `${weight(this.profile, total[node])}, ${percent(total[node], total[0])}`;
  }

  hover(node, event) {
    if (node < 0 || !event) {
      hideTooltip();
      return;
    }
    showTooltip(frameLines(this.profile, this.graph.zoomed, node, this.dark), event.clientX, event.clientY);
  }

  key(e) {
    if (byId('keys').open) {
      return;
    }
    if ((e.ctrlKey || e.metaKey) && !e.altKey && e.key.toLowerCase() === 'f') {
      this.focusSearch(e);
    } else if (e.target === byId('search')) {
      this.searchKey(e);
    } else if (!e.ctrlKey && !e.metaKey && !e.altKey) {
      this.plainKey(e);
    }
  }

  focusSearch(e) {
    e.preventDefault();
    byId('search').focus();
    byId('search').select();
  }

  searchKey(e) {
    if (e.key === 'Enter') {
      clearTimeout(this.typing);
      if (!this.matches || this.matchAt < 0) {
        this.search(byId('search').value);
      }
      this.step(e.shiftKey ? -1 : 1);
      byId('search').focus();
    } else if (e.key === 'Escape') {
      this.search('');
      byId('search').blur();
    }
  }

  plainKey(e) {
    const { graph } = this;
    const inGraph = this.view === 'graph' && (e.target === graph.canvas || e.target === document.body);
    const arrows = {
      ArrowLeft: 'left',
      ArrowRight: 'right',
      ArrowUp: graph.icicle ? 'root' : 'leaf',
      ArrowDown: graph.icicle ? 'leaf' : 'root',
    };
    const actions = {
      0: () => this.reset(),
      f: () => this.focusSearch(e),
      F: () => this.focusSearch(e),
      n: () => this.step(1),
      N: () => this.step(-1),
      i: () => this.view === 'graph' && this.invert(),
      t: () => this.show(VIEWS[(VIEWS.indexOf(this.view) + 1) % VIEWS.length]),
      T: () => this.show(VIEWS[(VIEWS.indexOf(this.view) + 2) % VIEWS.length]),
      e: () => this.stepEvent(1),
      E: () => this.stepEvent(-1),
      d: () => this.toggleTheme(),
      '?': showKeys,
      Escape: () => this.escape(),
    };
    if (inGraph && arrows[e.key]) {
      e.preventDefault();
      graph.canvas.focus();
      graph.move(arrows[e.key]);
    } else if (inGraph && e.key === 'Enter' && graph.selected >= 0) {
      graph.zoom(graph.selected);
    } else if (inGraph && e.key === 'Delete' && graph.selected > 0) {
      this.remove(graph.selected);
    } else if (Object.hasOwn(actions, e.key)) {
      actions[e.key]();
    } else if (Object.hasOwn(actions, e.key.toLowerCase()) && e.key.length === 1) {
      actions[e.key.toLowerCase()]();
    }
  }

  escape() {
    if (this.matches) {
      this.search('');
    } else if (this.graph.zoomed > 0) {
      this.graph.zoom(0);
    }
  }
}

new Report(Array.from(document.querySelectorAll('script.profile'), (data) => data.textContent)).start();
