import {element, pill, redraw, table, time} from './dom.js';

const TONES = {running: 'busy', finishing: 'busy', finished: 'good', aborted: 'bad'};

export function listView(view, root) {
  const place = element('section', {});
  view.append(place);
  return page => redraw(place, page, () => page.items.length === 0
    ? element('p', {}, 'There is no test run yet. Start one with “k6 run -o cloud” and K6_CLOUD_HOST set to the address of this service.')
    : table('The newest test runs', ['Test run', 'Name', 'State', 'Started', 'Exports'], page.items.map(run => [
      element('a', {href: new URL(`runs/${encodeURIComponent(run.id)}`, root).href}, run.id), run.name, pill(run.state, TONES[run.state]), time(run.createdAt),
      run.exports.map(one => `${one.provider} ${one.state}`).join(', ') || 'none'])));
}
