import {count, element, facts, pill, plural, redraw, table, time} from './dom.js';
import {exportCard} from './export.js';

const STATES = {
  created: ['', 'The run was made; k6 has not sent anything yet.'],
  running: ['busy', 'Metrics are coming in.'],
  finishing: ['busy', 'The test has ended; every export is gone over a second time.'],
  finished: ['good', 'The test has ended, and every export has come to its end.'],
  aborted: ['bad', 'The test was aborted; every export has come to its end.'],
};
const RESULTS = {
  pending: ['', 'pending'], passed: ['good', '✓ passed'], failed: ['bad', '✗ failed'], noData: ['warn', 'no data'], invalid: ['bad', 'invalid'],
};

const UNCERTAIN = 'This is not certain, k6 may have decided otherwise: the value is close to the limit. '
  + 'A trend is known by the buckets of a histogram, within 1 %, or within 10 % where it came as a native histogram; '
  + 'a rate per second as exactly as the length of the run.';

const STOPPERS = {tenant: 'its tenant', operator: 'an operator', service: 'the service, because of a limit'};

export const isOver = run => run.state === 'finished' || run.state === 'aborted';

// The parts of a run's page, which stay in their places while what they show changes.
export function runView(view) {
  const parts = {};
  for (const name of ['summary', 'thresholds', 'exports', 'generators']) {
    parts[name] = element('section', {'aria-live': name === 'summary' ? 'polite' : null});
    view.append(parts[name]);
  }
  return run => {
    redraw(parts.summary, [run.state, run.createdAt, run.profile, run.stopped], () => summary(run));
    redraw(parts.thresholds, run.thresholds, () => thresholds(run.thresholds ?? []));
    showExports(parts.exports, run.exports ?? [], isOver(run));
    redraw(parts.generators, run.generators, () => generators(run.generators ?? []));
  };
}

function summary(run) {
  const [tone, sentence] = STATES[run.state] ?? ['', ''];
  const stopped = run.stopped;
  return [
    element('p', {class: 'state'}, pill(run.state, tone), ' ', sentence),
    stopped ? element('p', {class: 'notice bad'}, 'The run was stopped at ', time(stopped.at), ` by ${STOPPERS[stopped.by] ?? stopped.by}: ${stopped.reason ?? 'no reason was given'}`) : null,
    facts([['Test run', run.id], ['Started', time(run.createdAt)], ['Profile', run.profile]]),
  ];
}

function thresholds(list) {
  if (list.length === 0) return [];
  const failed = list.filter(one => one.state === 'failed').length;
  const byK6 = list.some(one => one.k6);
  const heads = ['Metric', 'Threshold', 'Result', 'Value', ...byK6 ? ['Result by k6'] : [], 'Note'];
  return [
    element('h2', {}, 'Thresholds ', element('span', {class: 'muted'}, failed ? `${count(failed)} of ${count(list.length)} failed` : plural(list.length, 'threshold'))),
    table('Thresholds of the script', heads, list.map(one => {
      const [tone, word] = RESULTS[one.state] ?? ['', one.state];
      const note = one.reason ?? (one.certain === false && typeof one.value === 'number' ? UNCERTAIN : null);
      return [one.metric, element('code', {}, one.expression), pill(word, tone), one.value, ...byK6 ? [one.k6] : [], note];
    }), 'thresholds'),
  ];
}

function showExports(place, exports, over) {
  if (!place.firstChild) place.append(element('h2', {}, 'Exports'), element('div'));
  const cards = place.lastChild;
  if (exports.length === 0) {
    redraw(cards, 'none', () => element('p', {}, 'This run is exported nowhere: it has no apm block. Its metrics are kept, and a replay can send them to a destination.'));
    return;
  }
  if (cards.children.length !== exports.length || cards.firstChild.tagName !== 'ARTICLE') {
    cards.replaceChildren(...exports.map(() => element('article', {})));
  }
  exports.forEach((one, i) => redraw(cards.children[i], [one, over], () => exportCard(one)));
}

function generators(list) {
  if (list.length === 0) return [];
  return [
    element('h2', {}, 'Load generators ', element('span', {class: 'muted'}, count(list.length))),
    table('Load generators that have sent metrics', ['Name', 'Pushes', 'Last push'],
      list.map(one => [one.name === '' ? '(unnamed)' : one.name, one.pushes, one.lastReceivedAt ? time(one.lastReceivedAt) : null])),
  ];
}

