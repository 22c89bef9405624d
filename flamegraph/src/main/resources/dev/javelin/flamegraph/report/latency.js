// Dark or light: what the address asks for (#theme=dark), what was chosen last, or else as the system is.

const system = matchMedia('(prefers-color-scheme: dark)');
const page = document.documentElement;

function chosen() {
  try {
    return new URLSearchParams(location.hash.slice(1)).get('theme') || localStorage.getItem('javelin-theme');
  } catch {
    return null; // storage may be forbidden
  }
}

function show() {
  const theme = chosen();
  const dark = theme ? theme === 'dark' : system.matches;
  page.dataset.theme = dark ? 'dark' : 'light';
}

document.getElementById('theme').addEventListener('click', () => {
  page.dataset.theme = page.dataset.theme === 'dark' ? 'light' : 'dark';
  try {
    localStorage.setItem('javelin-theme', page.dataset.theme);
  } catch {
    // the choice holds for this page
  }
});
system.addEventListener('change', show);
show();
