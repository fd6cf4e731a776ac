import {count, details, element, facts, pill, plural, table, time} from './dom.js';

const STATES = {
  disabled: ['bad', 'Nothing is exported by this block; the problems below say why.'],
  live: ['busy', 'Points are sent as soon as their window is complete.'],
  behind: ['warn', 'The destination takes points more slowly than they come. They wait in the log; none is skipped.'],
  paused: ['bad', 'Sending has stopped, and is tried again. Points wait in the log; none is skipped.'],
  reconciling: ['busy', 'What was sent is compared with the whole run, and the difference is sent.'],
  done: ['good', 'All that the destination would take was sent.'],
  gaveUp: ['bad', 'Not all could be sent in time. As long as the log is kept, a replay can send the rest.'],
};
const MOST_ROWS = 200;

export function exportCard(one) {
  const [tone, sentence] = STATES[one.state] ?? ['', ''];
  return [
    element('h3', {}, `${one.provider || 'no provider'} `, element('span', {class: 'muted'}, `apm[${one.index}]`)),
    one.destination ? element('p', {class: 'destination'}, one.destination) : null,
    element('p', {class: 'state'}, pill(one.state, tone), ' ', sentence),
    one.lastError ? element('p', {class: 'notice bad'}, element('strong', {}, 'The latest failure: '), one.lastError) : null,
    problems(one.problems ?? []),
    one.state === 'disabled' ? null : delivered(one),
    verdict(one),
  ].filter(Boolean);
}

function problems(list) {
  return list.length === 0 ? null : table('Problems', ['', 'Where', 'What'], list.map(problem =>
    [pill(problem.severity, problem.severity === 'error' ? 'bad' : 'warn'), element('code', {}, problem.path), problem.message]), 'problems');
}

function delivered(one) {
  const {windows = {}, points = {}} = one;
  return facts([
    ['Points accepted', points.accepted], ['Points rejected', points.rejected], ['Points pending', points.pending],
    ['Windows accepted', windows.accepted], ['Windows pending', windows.pending],
    ['Lag', `${count(one.lagSeconds ?? 0)} s`], ['Late samples', one.lateSamples],
    ['Window', one.effectiveResampleRate ? `${one.effectiveResampleRate} s` : null],
  ]);
}

function verdict(one) {
  const report = one.reconciliation;
  if (!report) return null;
  return element('div', {class: 'verdict'},
    element('h4', {}, 'Reconciliation'),
    element('p', {},
      pill(`exact: ${report.exact}`, report.exact ? 'good' : 'bad'), ' ',
      report.exact ? 'Every point was accepted as sent, and what was sent is right.' : report.reason),
    verified(report),
    report.readBackError ? element('p', {class: 'notice warn'}, element('strong', {}, 'Nothing could be read back: '), report.readBackError) : null,
    table('What became of the points', ['Expected', 'As expected', 'Filled', 'Corrected', 'Refused', 'Pending', ...report.pointsRead ? ['Read back', 'Different'] : []],
      [[report.expected, report.asExpected, report.filled, report.corrected, report.refused, report.pending, ...report.pointsRead ? [report.pointsRead, report.pointsDifferent] : []]], 'sums'),
    rows('refusals', report.refusals, list => plural(list.length, 'range') + ' of refused points and why, in the receiver’s words where it said something' + (report.refusedUnlisted ? `; ${count(report.refusedUnlisted)} more refused points are not listed` : ''), 'Refused points',
      ['Series', 'From', 'To', 'Points', 'Reason'], refusal => [element('code', {}, refusal.series), time(refusal.fromMillis), time(refusal.toMillis), refusal.points, refusal.reason]),
    rows('differences', report.differences, list => plural(list.length, 'point') + ' that the destination holds otherwise', 'Points that differ',
      ['Series', 'At', 'Expected', 'Found'], point => [element('code', {}, point.series), time(point.atMillis), point.expected, point.found]));
}

function verified(report) {
  if (report.verified === undefined || report.verified === null) return null;
  const differ = `${plural(report.pointsDifferent, 'point')} ${report.pointsDifferent === 1 ? 'differs' : 'differ'}`;
  return element('p', {}, pill(`verified: ${report.verified}`, report.verified ? 'good' : 'bad'), ' ',
    report.verified ? 'Every point was read back and is equal.' : `The points were read back, and ${differ} from what is right.`);
}

function rows(key, list, summary, caption, heads, row) {
  if (!list?.length) return null;
  const rest = list.length - MOST_ROWS;
  return details(key, summary(list), table(caption, heads, list.slice(0, MOST_ROWS).map(row)),
    rest > 0 ? element('p', {class: 'muted'}, `and ${count(rest)} more, which GET /api/v1/test-runs/<id> lists.`) : null);
}
