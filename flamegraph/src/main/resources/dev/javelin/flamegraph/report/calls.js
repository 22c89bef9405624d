// The slowest calls: a bar each, as long as the call took, of a piece for each interval.

const SHOWN_FRAMES = 12;

class Calls {
  constructor(data, tree, calls) {
    this.data = data;
    this.tree = tree;
    this.longest = Math.max(1, ...calls.map((call) => call.elapsed));
    const box = document.getElementById('calls');
    if (calls.length === 0) {
      document.getElementById('hint').textContent = 'None was kept.';
      return;
    }
    box.append(this.axis(), ...calls.map((call) => this.call(call)));
    box.append(this.legend(calls));
    box.addEventListener('mousemove', (e) => this.point(e));
    box.addEventListener('mouseleave', hideTooltip);
    box.addEventListener('click', (e) => e.target.piece && this.pin(e.target.piece));
  }

  axis() {
    const row = element('div', 'call');
    const svg = svgElement('svg', { class: 'ticks', 'aria-hidden': 'true' });
    const magnitude = 10 ** Math.floor(Math.log10(this.longest));
    const step = [0.1, 0.2, 0.5, 1, 2].map((f) => f * magnitude).find((s) => this.longest / s <= 6);
    for (let t = 0; t <= this.longest; t += step) {
      const x = (100 * t) / this.longest + '%';
      const end = t > 0.95 * this.longest;
      const label = svgElement('text', { x, y: 11, 'text-anchor': t === 0 ? 'start' : end ? 'end' : 'middle' });
      label.textContent = t === 0 ? '0' : duration(Math.round(t));
      svg.append(svgElement('line', { x1: x, x2: x, y1: 15, y2: 20 }), label);
    }
    row.append(element('div'), svg);
    return row;
  }

  call(call) {
    const row = element('div', 'call');
    const name = element('div', 'call-name');
    const thread = this.data.texts[call.thread];
    name.append(element('b', '', duration(call.elapsed)), ` began ${duration(call.began)}`, element('br'), element('span', '', thread));
    name.title = thread;
    const trace = this.data.texts[call.trace];
    if (trace) {
      const ids = `trace ${trace} span ${this.data.texts[call.span]}`;
      name.append(element('span', '', ids));
      name.title += '\n' + ids;
    }
    const svg = svgElement('svg', { class: 'timeline', role: 'group' });
    svg.setAttribute('aria-label', `Call of ${duration(call.elapsed)} in ${thread}`);
    const x = (nanos) => (100 * nanos) / this.longest + '%';
    svg.append(svgElement('rect', { class: 'missing', width: x(call.elapsed), height: '100%' }));
    for (const piece of call.pieces) {
      const [text, style] = this.data.parts[piece.part];
      const rect = svgElement('rect', { class: 'part ' + style, x: x(piece.from), width: x(piece.nanos), height: '100%' });
      const detail = this.data.texts[piece.detail];
      rect.setAttribute('role', 'img');
      rect.setAttribute('aria-label', [text, detail, duration(piece.nanos)].filter((t) => t).join(', '));
      rect.setAttribute('tabindex', piece === call.pieces[0] ? '0' : '-1');
      rect.piece = { ...piece, call };
      svg.append(rect);
    }
    svg.addEventListener('keydown', (e) => this.key(e));
    svg.addEventListener('focusin', (e) => this.focused(e.target));
    svg.addEventListener('focusout', hideTooltip);
    row.append(name, svg);
    return row;
  }

  legend(calls) {
    const row = element('div', 'legend');
    const present = new Set(calls.flatMap((call) => call.pieces.map((piece) => piece.part)));
    for (const part of [...present].sort((a, b) => a - b)) {
      const [text, style] = this.data.parts[part];
      const item = element('span');
      item.append(partKey(style), text);
      row.append(item);
    }
    return row;
  }

  point(e) {
    if (e.target.piece) {
      showTooltip(this.lines(e.target.piece, SHOWN_FRAMES), e.clientX, e.clientY);
    } else {
      hideTooltip();
    }
  }

  focused(rect) {
    for (const other of rect.parentNode.querySelectorAll('[tabindex="0"]')) {
      other.setAttribute('tabindex', '-1');
    }
    rect.setAttribute('tabindex', '0');
    if (rect.matches(':focus-visible')) {
      const box = rect.getBoundingClientRect();
      showTooltip(this.lines(rect.piece, SHOWN_FRAMES), box.left, box.bottom - 8);
    }
  }

  key(e) {
    const rects = [...e.currentTarget.querySelectorAll('[tabindex]')];
    const at = rects.indexOf(e.target);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: rects.length - 1 }[e.key];
    if (to !== undefined) {
      rects[to]?.focus();
    } else if (e.key === 'Enter' || e.key === ' ') {
      this.pin(e.target.piece);
      document.getElementById('piece').focus();
    } else if (e.key === 'Escape') {
      hideTooltip();
    } else {
      return;
    }
    e.preventDefault();
  }

  /** What is known of a piece, with so many frames of its stack. */
  lines(piece, most) {
    const [text, style] = this.data.parts[piece.part];
    const head = element('div', 'name');
    head.append(partKey(style), text);
    const lines = [head];
    const detail = this.data.texts[piece.detail];
    if (detail) {
      lines.push(element('div', 'piece-detail', detail));
    }
    const share = percent(piece.nanos, piece.call.elapsed) + ' of the call';
    lines.push(tooltipRow(element('b', '', duration(piece.nanos)), `from ${duration(piece.from)} on \u00b7 ${share}`));
    if (piece.intervals > 1) {
      lines.push(tooltipRow(`${plainNumber.format(piece.intervals)} short intervals, most of their time as told here`));
    }
    const frames = this.tree.stack(piece.node);
    if (frames.length) {
      const list = element('ol', 'frames');
      list.append(...frames.slice(0, most).map((frame) => element('li', '', frame)));
      if (frames.length > most) {
        list.append(element('li', 'more', `${plainNumber.format(frames.length - most)} more`));
      }
      lines.push(list);
    }
    return lines;
  }

  pin(piece) {
    const box = document.getElementById('piece');
    box.hidden = false;
    box.replaceChildren(...this.lines(piece, Infinity));
  }
}
