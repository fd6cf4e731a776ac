import {count, element, time} from './dom.js';

const MOST_LINES = 1000;
const TONES = {error: 'bad', fatal: 'bad', panic: 'bad', warning: 'warn', warn: 'warn'};

// The log of a run's load generators, to which lines are added; whoever reads its end stays at its end.
export function logView(view) {
  const told = element('p', {class: 'muted'}, 'k6 has logged nothing here yet. Only “k6 cloud run --local-execution” of k6 2.2 and later sends its log.');
  const lines = element('ol', {class: 'log', tabindex: '0', 'aria-label': 'Log lines, the newest last', hidden: true});
  view.append(element('section', {}, element('h2', {}, 'Log of k6'), told, lines));
  let newest = null;
  return {
    after: () => newest,
    add({items, dropped}) {
      const atEnd = lines.scrollTop + lines.clientHeight >= lines.scrollHeight - 8;
      items.forEach(item => lines.append(line(item)));
      for (const {id} of items) {
        if (newest === null || BigInt(id) > BigInt(newest)) newest = id;
      }
      while (lines.children.length > MOST_LINES) lines.firstChild.remove();
      if (lines.children.length === 0) return;
      told.textContent = `${count(lines.children.length)} ${lines.children.length === 1 ? 'line' : 'lines'}, without secrets`
        + (dropped > 0 ? `; ${count(dropped)} older ones were let go, since a run keeps its newest ones only.` : '.');
      lines.hidden = false;
      if (atEnd) lines.scrollTop = lines.scrollHeight;
    },
  };
}

function line(item) {
  return element('li', {class: TONES[item.level] ?? ''}, time(item.at, true), ' ', element('span', {class: 'level'}, item.level), ' ',
    element('span', {class: 'message'}, item.source ? element('span', {class: 'source'}, item.source) : null, item.message));
}
