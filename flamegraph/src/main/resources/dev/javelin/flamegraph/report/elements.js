// Elements that the pages are made of; texts go into them as texts only.

function element(tag, className, text) {
  const e = document.createElement(tag);
  if (className) {
    e.className = className;
  }
  if (text !== undefined) {
    e.textContent = text;
  }
  return e;
}

function swatch(kind, dark) {
  const e = element('i', 'swatch');
  e.style.background = kindColour(kind, dark);
  return e;
}

function tooltipRow(...content) {
  const div = element('div', 'row');
  div.append(...content);
  return div;
}

/** Shows the tooltip beside a point of the window. */
function showTooltip(lines, left, top) {
  const tooltip = document.getElementById('tooltip');
  tooltip.replaceChildren(...lines);
  tooltip.hidden = false;
  const { offsetWidth: w, offsetHeight: h } = tooltip;
  const x = Math.min(left + 14, innerWidth - w - 8);
  const y = top + 18 + h > innerHeight ? top - h - 12 : top + 18;
  tooltip.style.left = Math.max(8, x) + 'px';
  tooltip.style.top = Math.max(8, y) + 'px';
}

function hideTooltip() {
  document.getElementById('tooltip').hidden = true;
}

/** What the tooltip says of a frame. */
function frameLines(profile, zoomed, node, dark) {
  const { total, self } = profile;
  const lines = [element('div', 'name', profile.text(node))];
  const figures = tooltipRow(element('b', '', weight(profile, total[node])), percent(total[node], total[0]) + ' of all');
  if (zoomed > 0 && node > zoomed) {
    figures.append(`\u00b7 ${percent(total[node], total[zoomed])} of the zoomed frame`);
  }
  lines.push(figures);
  if (self[node] > 0 && node > 0) {
    lines.push(tooltipRow('Self', element('b', '', weight(profile, self[node])), percent(self[node], total[0])));
  }
  if (node > 0) {
    for (const [kind, share] of profile.shares(node)) {
      lines.push(tooltipRow(swatch(kind, dark), KINDS[kind].label + (share < 1 ? ' ' + percent(share, 1) : '')));
    }
  }
  return lines;
}
