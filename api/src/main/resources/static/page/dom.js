// Building blocks of the page. Every text goes in as a text node, so that nothing that anybody has named is ever read as HTML.

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? '' : value);
  }
  made.append(...children.flat().filter(child => child !== null && child !== undefined));
  return made;
}

// The roles are said because a narrow screen shows rows as blocks, which would take them away.
export function table(caption, heads, rows, kind = '') {
  const cell = (value, i) => element('td', {role: 'cell', 'data-head': heads[i], class: isNone(value) ? 'none' : typeof value === 'number' ? 'number' : null},
    element('span', {}, isNone(value) ? '–' : typeof value === 'number' ? count(value) : value));
  return element('table', {role: 'table', class: kind},
    element('caption', {}, caption),
    element('thead', {role: 'rowgroup'}, element('tr', {role: 'row'}, heads.map(head => element('th', {role: 'columnheader', scope: 'col'}, head)))),
    element('tbody', {role: 'rowgroup'}, rows.map(row => element('tr', {role: 'row'}, row.map(cell)))));
}

const isNone = value => value === null || value === undefined || value === '';

export function facts(pairs) {
  return element('dl', {class: 'facts'}, pairs.filter(([, value]) => !isNone(value))
    .map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, typeof value === 'number' ? count(value) : value))));
}

export function pill(text, tone = '') {
  return element('span', {class: `pill ${tone}`}, text);
}

export function details(key, summary, ...content) {
  return element('details', {'data-key': key}, element('summary', {}, summary), ...content);
}

export function count(number) {
  return Number.isInteger(number) ? number.toLocaleString('en') : number.toLocaleString('en', {maximumSignificantDigits: 6});
}

export function plural(number, one, several = `${one}s`) {
  return `${count(number)} ${number === 1 ? one : several}`;
}

export function time(instant, withMillis = false) {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return String(instant);
  const text = at.toLocaleString('sv').slice(0, 19); // 2026-01-31 09:00:00, in the reader's own time zone
  return element('time', {datetime: at.toISOString(), title: at.toISOString()},
    withMillis ? `${text.slice(11)}.${String(at.getMilliseconds()).padStart(3, '0')}` : text);
}

// Draws a part anew only where its data have changed, so that nothing jumps and a selection stays; what was unfolded stays so.
const drawn = new WeakMap();

export function redraw(place, data, draw) {
  const text = JSON.stringify(data ?? null);
  if (drawn.get(place) === text) return;
  drawn.set(place, text);
  const open = new Set([...place.querySelectorAll('details[open]')].map(one => one.dataset.key));
  const focused = place.contains(document.activeElement) ? document.activeElement.closest('details')?.dataset.key : null;
  place.replaceChildren(...[draw(data)].flat().filter(Boolean));
  for (const one of place.querySelectorAll('details')) {
    one.open = one.open || open.has(one.dataset.key);
    if (focused && one.dataset.key === focused) one.querySelector('summary').focus();
  }
}
