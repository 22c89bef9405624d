// The flame graph on its canvas. Only what is in the viewport and wide enough to be seen is drawn.

const ROW = 19;
const NARROWEST = 0.6; // pixels
const PADDING = 5;

class Graph {
  constructor(profile, hooks) {
    this.profile = profile;
    this.hooks = hooks;
    this.scroll = document.getElementById('scroll');
    this.spacer = document.getElementById('spacer');
    this.canvas = document.getElementById('canvas');
    this.context = this.canvas.getContext('2d');
    this.zoomed = 0;
    this.hovered = -1;
    this.selected = -1;
    this.icicle = false;
    this.matches = null; // per name: 1 if it matches the search
    this.shortened = new Map();
    this.colours = [];
    this.listen();
  }

  /** Shows another profile from its root on. */
  use(profile) {
    this.profile = profile;
    this.zoomed = 0;
    this.hovered = -1;
    this.selected = -1;
    this.shortened.clear();
    this.resize();
  }

  listen() {
    new ResizeObserver(() => this.resize()).observe(this.scroll);
    this.scroll.addEventListener('scroll', () => {
      this.hover(-1);
      this.paintSoon();
    });
    this.canvas.addEventListener('mousemove', (e) => this.hover(this.frameAt(e.offsetX, e.offsetY), e));
    this.canvas.addEventListener('mouseleave', () => this.hover(-1));
    this.canvas.addEventListener('click', (e) => {
      const node = this.frameAt(e.offsetX, e.offsetY);
      if (node < 0) {
        return;
      }
      if (e.ctrlKey || e.altKey || e.metaKey) {
        this.hooks.remove(node);
      } else if (getSelection().isCollapsed) {
        this.selected = node;
        this.zoom(node);
      }
    });
    this.canvas.addEventListener('focus', () => this.paintSoon());
    this.canvas.addEventListener('blur', () => this.paintSoon());
  }

  resize() {
    const { clientWidth: width, clientHeight: height } = this.scroll;
    const ratio = window.devicePixelRatio || 1;
    this.width = width;
    this.height = height;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.canvas.style.width = width + 'px';
    this.canvas.style.height = height + 'px';
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.context.font = '12px ' + getComputedStyle(document.documentElement).getPropertyValue('--mono');
    this.context.textBaseline = 'middle';
    this.charWidth = this.context.measureText('MMMMMMMMMM').width / 10;
    this.layout(true);
    this.paint(); // at once: a canvas that gets a new size is blank
  }

  /** Sizes the scrolled area; with `toRoot`, the root's edge comes into view. */
  layout(toRoot) {
    this.rows = this.profile.maxDepth(this.zoomed) + 1;
    this.spacer.style.height = Math.max(this.rows * ROW, this.height || 0) + 'px';
    if (toRoot) {
      const depth = this.profile.depth[this.zoomed];
      const above = Math.max(0, (depth + 1) * ROW - this.height / 2);
      this.scroll.scrollTop = this.icicle ? above : this.scroll.scrollHeight - this.height - above;
    }
    this.paintSoon();
  }

  zoom(node) {
    this.zoomed = node;
    this.layout(true);
    this.hooks.changed();
  }

  invert() {
    this.icicle = !this.icicle;
    this.layout(true);
  }

  theme(dark) {
    this.dark = dark;
    this.colours = [];
    this.paintSoon();
  }

  /** The y of a frame's row on the canvas. */
  top(depth) {
    const whole = Math.max(this.rows * ROW, this.height);
    return (this.icicle ? depth * ROW : whole - (depth + 1) * ROW) - this.scroll.scrollTop;
  }

  /** Position and width on the canvas; a caller of the zoomed frame fills its row. */
  place(node) {
    const { left, total, end } = this.profile;
    if (node <= this.zoomed && end[node] > this.zoomed) {
      return { x: 0, w: this.width };
    }
    const scale = this.width / total[this.zoomed];
    return { x: (left[node] - left[this.zoomed]) * scale, w: total[node] * scale };
  }

  paintSoon() {
    if (!this.pending) {
      this.pending = requestAnimationFrame(() => {
        this.pending = 0;
        this.paint();
      });
    }
  }

  paint() {
    const { left, total, end, depth, parent } = this.profile;
    const zoomed = this.zoomed;
    this.context.clearRect(0, 0, this.width, this.height);
    if (total[0] === 0 || !this.width) {
      return;
    }
    for (let a = parent[zoomed]; a >= 0; a = parent[a]) {
      this.paintFrame(a, 0, this.width, this.top(depth[a]), true);
    }
    const scale = this.width / total[zoomed];
    for (let i = zoomed; i < end[zoomed]; ) {
      const w = total[i] * scale;
      const y = this.top(depth[i]);
      if (w < NARROWEST || (this.icicle ? y > this.height : y < -ROW)) {
        i = end[i];
        continue;
      }
      if (y > -ROW && y < this.height) {
        this.paintFrame(i, (left[i] - left[zoomed]) * scale, w, y, false);
      }
      i++;
    }
    this.paintOutline(this.hovered, 1.5);
    if (document.activeElement === this.canvas) {
      this.paintOutline(this.selected, 2.5);
    }
  }

  paintFrame(node, x, w, y, dimmed) {
    const context = this.context;
    const matched = this.matches && node > 0 && this.matches[this.profile.name[node]];
    context.globalAlpha = dimmed ? 0.55 : this.matches && !matched ? 0.42 : 1;
    context.fillStyle = matched ? (this.dark ? '#d63bbd' : '#c026a8') : this.colour(node);
    context.fillRect(x, y, Math.max(w - (w > 3 ? 1 : 0.2), 0.5), ROW - 1);
    if (w > this.charWidth * 3) {
      context.globalAlpha = dimmed ? 0.8 : this.matches && !matched ? 0.62 : 1;
      context.fillStyle = matched ? '#ffffff' : this.dark ? '#eef1f5' : '#14181f';
      this.paintText(node, x, w, y);
    }
    context.globalAlpha = 1;
  }

  paintText(node, x, w, y) {
    const room = w - 2 * PADDING;
    const characters = Math.floor(room / this.charWidth);
    let text = this.profile.text(node);
    if (text.length > characters) {
      const [short, shortest] = this.shortNames(node);
      text = short.length <= characters ? short : shortest.length <= characters ? shortest : cut(shortest, characters);
    }
    const wide = /[^\x20-\u024f\u2026]/.test(text);
    if (wide) {
      this.context.save();
      this.context.beginPath();
      this.context.rect(x + PADDING, y, room, ROW);
      this.context.clip();
    }
    this.context.fillText(text, x + PADDING, y + ROW / 2);
    if (wide) {
      this.context.restore();
    }
  }

  paintOutline(node, thickness) {
    if (node < 0 || this.profile.total[node] === 0 || !this.isShown(node)) {
      return;
    }
    const { x, w } = this.place(node);
    this.context.strokeStyle = this.dark ? '#ffffff' : '#1c2230';
    this.context.lineWidth = thickness;
    const inset = thickness / 2;
    const y = this.top(this.profile.depth[node]);
    this.context.strokeRect(x + inset, y + inset, Math.max(w - thickness - 1, 1), ROW - 1 - thickness);
  }

  /** Names for narrow frames: without packages or a C++ function's parameters; then without the class. */
  shortNames(node) {
    const id = this.profile.name[node];
    let shorter = this.shortened.get(id);
    if (!shorter) {
      const text = this.profile.text(node);
      shorter = [text, text];
      if (this.profile.nameKinds[id] === JAVA_KIND) {
        const short = text.replace(/^(?:[\w$\-]+[/.])+(?=[^/.]+[./])/, '');
        shorter = [short, short.replace(/^[^(]*\./, '')];
      } else if (this.profile.nameKinds[id] === CPP_KIND) {
        const short = text.replace(/([\w>])\(.*/, '$1');
        shorter = [short, short.replace(/^[^<]*::/, '')];
      }
      this.shortened.set(id, shorter);
    }
    return shorter;
  }

  /** A kind's colour, varied a little by the name so that neighbours can be told apart. */
  colour(node) {
    const { kind, name } = this.profile;
    const variant = node === 0 ? 0 : (Math.imul(name[node] + 1, 0x9e3779b1) >>> 28) & 7;
    const key = kind[node] * 8 + variant;
    return (this.colours[key] ??= kindColour(kind[node], this.dark, variant));
  }

  isShown(node) {
    const { end } = this.profile;
    const inside = node >= this.zoomed && node < end[this.zoomed];
    return inside || (node < this.zoomed && end[node] > this.zoomed);
  }

  frameAt(x, y) {
    const { left, total, end, depth, parent } = this.profile;
    if (total[0] === 0) {
      return -1;
    }
    const whole = Math.max(this.rows * ROW, this.height);
    const line = y + this.scroll.scrollTop;
    const wanted = Math.floor((this.icicle ? line : whole - line) / ROW);
    let node = this.zoomed;
    if (wanted < 0 || wanted >= this.rows) {
      return -1;
    }
    while (depth[node] > wanted) {
      node = parent[node];
    }
    const offset = left[this.zoomed] + (x / this.width) * total[this.zoomed];
    while (depth[node] < wanted) {
      let child = node + 1;
      while (child < end[node] && offset >= left[child] + total[child]) {
        child = end[child];
      }
      if (child >= end[node] || total[child] === 0) {
        return -1;
      }
      node = child;
    }
    return node;
  }

  hover(node, event) {
    if (node !== this.hovered) {
      this.hovered = node;
      this.canvas.style.cursor = node >= 0 ? 'pointer' : 'default';
      this.paintSoon();
    }
    this.hooks.hover(node, event);
  }

  /** Selects a frame and brings it into view, zooming out or in where that is needed to see it. */
  reveal(node) {
    this.selected = node;
    const { total, parent } = this.profile;
    let target = this.isShown(node) ? this.zoomed : 0;
    if ((total[node] / total[target]) * this.width < 24) {
      target = node;
      while (parent[target] > 0 && (total[node] / total[parent[target]]) * this.width > 48) {
        target = parent[target];
      }
    }
    if (target !== this.zoomed) {
      this.zoom(target);
    }
    const y = this.top(this.profile.depth[node]);
    if (y < ROW || y > this.height - 2 * ROW) {
      this.scroll.scrollTop += y - this.height / 2;
    }
    this.paintSoon();
    this.hooks.select(node);
  }

  /** Moves the selection: towards the leaves, towards the root, or to a neighbour. */
  move(direction) {
    const { parent, depth, end, total } = this.profile;
    const from = this.selected < 0 || !this.isShown(this.selected) ? this.zoomed : this.selected;
    let to = from;
    if (direction === 'leaf') {
      to = this.profile.children(from).reduce((a, b) => (a < 0 || total[b] > total[a] ? b : a), -1);
    } else if (direction === 'root') {
      to = parent[from];
    } else {
      const row = [];
      for (let i = this.zoomed; i < end[this.zoomed]; ) {
        if (depth[i] === depth[from]) {
          row.push(i);
          i = end[i];
        } else {
          i++;
        }
      }
      const visible = row.filter((i) => i === from || (total[i] / total[this.zoomed]) * this.width >= 2);
      to = visible[visible.indexOf(from) + (direction === 'right' ? 1 : -1)] ?? from;
    }
    if (to >= 0) {
      this.reveal(to);
    }
  }
}

function kindColour(kind, dark, variant = 4) {
  const { hue, light, dark: night } = KINDS[kind];
  const [saturation, lightness] = dark ? night : light;
  const shift = variant - 4;
  return `hsl(${hue + shift * 1.6} ${saturation}% ${lightness + shift * (dark ? 0.9 : 1.1)}%)`;
}

function cut(text, length) {
  return length < 3 ? '' : text.slice(0, length - 1) + '\u2026';
}
