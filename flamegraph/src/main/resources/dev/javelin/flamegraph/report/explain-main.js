// Reads the data and puts the page together.

function explain() {
  const data = embeddedProfile(document.getElementById('explanation').textContent);
  const { number } = data;
  const tree = new StackTree(data);
  const many = (read) => Array.from({ length: number() }, read);
  const rows = many(() => ({ part: number(), detail: number(), node: number(), all: number(), slow: number() }));
  const calls = many(() => ({
    began: number(),
    elapsed: number(),
    thread: number(),
    trace: number(),
    span: number(),
    pieces: many(() => ({
      part: number(),
      detail: number(),
      from: number(),
      nanos: number(),
      node: number(),
      intervals: number(),
    })),
  }));
  const panel = new PartPanel(data, tree, rows);
  new Calls(data, tree, calls);
  const first = document.querySelector('.open');
  if (first) {
    panel.open(Number(first.dataset.part));
  }
  const follow = () => panel.graph.theme(page.dataset.theme === 'dark');
  new MutationObserver(follow).observe(page, { attributes: true, attributeFilter: ['data-theme'] });
  follow();
  let theme = '';
  addEventListener('beforeprint', () => {
    theme = page.dataset.theme;
    page.dataset.theme = 'light';
    follow();
    panel.graph.paint(); // no frame comes before the paper does
    document.querySelector('header details').open = true;
  });
  addEventListener('afterprint', () => {
    page.dataset.theme = theme;
  });
}

explain();
