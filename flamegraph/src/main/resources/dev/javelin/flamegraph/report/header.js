// The header: what was recorded and how well; the legend; the list of keys.

function chip(text, className = '') {
  return element('span', 'chip ' + className, text);
}

function completeShare(info) {
  return info.complete >= 0 && info.samples > 0 ? info.complete / info.samples : -1;
}

/** The events of the recording, where there are several, each with what it comes to. */
function showEvents(events, chosen, choose) {
  const nav = document.getElementById('events');
  nav.hidden = events.length < 2;
  nav.replaceChildren(
    ...events.map((event, i) => {
      const button = element('button', '', event.event);
      button.type = 'button';
      button.title = 'Show this event (E: the next one)';
      button.setAttribute('aria-pressed', i === chosen);
      button.append(element('small', '', weight({ info: event }, event.weight)));
      button.addEventListener('click', () => choose(i));
      return button;
    }),
  );
}

function showHeader(profile, chosen, choose) {
  const { info } = profile;
  document.getElementById('title').textContent = info.title;
  showEvents(profile.events, chosen, choose);
  const facts = document.getElementById('facts');
  facts.replaceChildren();
  facts.append(chip(counted(info, info.samples)));
  if (info.total) {
    facts.append(chip(`${weight(profile, profile.total[0])} in all`));
  } else if (profile.total[0] !== info.samples) {
    facts.append(chip(`${plainNumber.format(profile.total[0])} shown`));
  }
  const share = completeShare(info);
  if (share >= 0) {
    facts.append(chip(`${percent(info.complete, info.samples)} complete`, share >= 0.995 ? 'good' : 'warn'));
  }
  if (info.lost > 0) {
    facts.append(chip(`${plainNumber.format(info.lost)} lost`, 'warn'));
  }
  const userSpace = info.facts.find(([name, value]) => name === 'mode' && String(value).startsWith('user space'));
  if (userSpace) {
    const javaOnly = String(userSpace[1]).startsWith('user space, by JFR');
    facts.append(chip(`user-space mode: ${javaOnly ? 'by JFR, Java frames only' : 'no kernel frames'}`, 'warn'));
  }
  document.getElementById('summary').textContent = whatWasRecorded(info);
  document.getElementById('details').replaceChildren(recordingList(profile), qualityList(info));
}

function interval(info) {
  if (info.interval <= 0) {
    return '';
  }
  return ', every ' + (info.unit === 'ns' ? duration(info.interval) : `${plainNumber.format(info.interval)} ${info.unit}`);
}

function whatWasRecorded(info) {
  const parts = [info.event + interval(info), duration(info.duration)];
  if (info.targets.length === 1) {
    parts.push(info.targets[0].command || `process ${info.targets[0].pid}`);
  } else if (info.targets.length > 1) {
    parts.push(`${plainNumber.format(info.targets.length)} processes`);
  }
  if (info.reversed) {
    parts.push('stacks reversed: callers on top of what they call');
  }
  return parts.join(' \u00b7 ');
}

function list(rows) {
  const dl = element('dl');
  for (const [name, value, className] of rows) {
    if (value !== '' && value !== null && value !== undefined) {
      dl.append(element('dt', '', name), element('dd', className || '', String(value)));
    }
  }
  return dl;
}

function recordingList({ info }) {
  const rows = [
    ['Summary', info.summary],
    ['Command', info.command, 'code'],
    ['Version', info.version],
    ['Started', info.start],
    ['Duration', duration(info.duration)],
    ['Event', info.event + interval(info)],
  ];
  for (const target of info.targets) {
    rows.push([`Process ${target.pid}`, target.command, 'code']);
    rows.push(['', target.runtime]);
  }
  return list(rows);
}

function qualityList(info) {
  const rows = [[info.counted === 'hit' ? 'Hits' : 'Samples', plainNumber.format(info.samples)]];
  if (completeShare(info) >= 0) {
    rows.push(['Complete stacks', `${plainNumber.format(info.complete)} (${percent(info.complete, info.samples)})`]);
  }
  for (const [reason, count] of info.losses) {
    rows.push([`Lost: ${reason}`, plainNumber.format(count)]);
  }
  if (info.losses.length === 0) {
    rows.push(['Lost', 'nothing was counted']);
  }
  if (info.minWidth > 0) {
    rows.push(['Not drawn', `frames below ${info.minWidth}\u2009%`]);
  }
  for (const [name, value] of info.facts) {
    rows.push([name, typeof value === 'number' ? plainNumber.format(value) : value]);
  }
  return list(rows);
}

function showLegend(profile, dark) {
  const present = new Set();
  for (let i = 1; i < profile.size; i++) {
    for (const [kind] of profile.shares(i)) {
      present.add(kind);
    }
  }
  const order = [5, 3, 4, 1, 6, 2, 0].concat([7, 8, 9].filter((kind) => present.has(kind)));
  document.getElementById('legend').replaceChildren(
    ...order.map((kind) => {
      const item = element('span');
      item.append(swatch(kind, dark), KINDS[kind].label);
      return item;
    }),
  );
}

const KEYS = [
  ['Click', 'zoom into a frame'],
  ['0', 'show everything again'],
  ['Ctrl+Click', 'remove a frame and what it called (Alt+Click, too)'],
  ['F  or  Ctrl+F', 'search by regular expression'],
  ['N  Shift+N', 'next and previous match'],
  ['T', 'switch between graph, call tree and hot methods'],
  ['I', 'turn the graph upside down'],
  ['E', 'the next event, where several were recorded'],
  ['D', 'dark or light'],
  ['\u2190 \u2191 \u2192 \u2193', 'move between frames'],
  ['Enter', 'zoom into the selected frame'],
  ['Del', 'remove the selected frame'],
  ['Esc', 'leave the search, then the zoom'],
];

function showKeys() {
  const dialog = document.getElementById('keys');
  const dl = element('dl');
  for (const [keys, meaning] of KEYS) {
    const dt = element('dt');
    keys.split('  ').forEach((key, i) => dt.append(...(i ? [' '] : []), key === 'or' ? 'or' : element('kbd', '', key)));
    dl.append(dt, element('dd', '', meaning));
  }
  const close = element('button', '', 'Close');
  close.type = 'button';
  close.addEventListener('click', () => dialog.close());
  dialog.replaceChildren(element('h2', '', 'Keys and mouse'), dl, close);
  dialog.showModal();
}
