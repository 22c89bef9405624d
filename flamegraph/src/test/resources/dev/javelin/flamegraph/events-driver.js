// Plays a user who looks at the events of a recording, and writes what it saw into the document, one line per step.
(async () => {
  const log = [];
  const $ = (id) => document.getElementById(id);
  const settle = () => new Promise((done) => setTimeout(done, 200));
  const canvas = $('canvas');
  const mouse = (type, x, y) => {
    const box = canvas.getBoundingClientRect();
    canvas.dispatchEvent(new MouseEvent(type, { clientX: box.left + x, clientY: box.top + y, bubbles: true }));
  };
  const press = (key, more = {}) =>
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));
  const row = (depth) => canvas.clientHeight - depth * 19 - 9;
  const hover = () => {
    mouse('mousemove', 50, row(0));
    return $('tooltip').innerText.replace(/\s+/g, ' ').trim();
  };
  const pressed = () => $('events').querySelector('[aria-pressed="true"]').firstChild.data;
  await settle();
  log.push('pressed: ' + pressed());
  log.push('hover: ' + hover());
  $('events').querySelectorAll('button')[1].click();
  log.push('clicked: ' + pressed());
  log.push('hover: ' + hover());
  $('search').value = 'take|start_thread';
  $('search').dispatchEvent(new Event('input'));
  await settle();
  log.push('search: ' + $('matched').textContent);
  press('E');
  log.push('searched there: ' + $('matched').textContent);
  mouse('click', canvas.clientWidth * 0.5, row(1));
  log.push('zoomed: ' + $('status').textContent);
  press('e');
  log.push('other event: ' + $('status').textContent);
  log.push('back: ' + pressed());
  const result = document.createElement('pre');
  result.id = 'result';
  result.textContent = '\n' + log.join('\n') + '\n';
  document.body.append(result);
})();
