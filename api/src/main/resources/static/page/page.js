import {logView} from './log.js';
import {listView} from './list.js';
import {isOver, runView} from './run.js';

const KEY = 'apm-token';
const EVERY = 2000; // while the run lives
const LIST_EVERY = 10000;
const SELDOM = 30000; // a late push may open an ended run once more
const PATIENCE = 15000;

const root = new URL('..', import.meta.url);
const id = /\/runs\/(\d+)$/.exec(location.pathname)?.[1];
const [title, notice, ask, token, forget, view] = ['title', 'notice', 'ask', 'token', 'forget', 'view'].map(name => document.getElementById(name));
let timer;
let show;
let turn = 0; // one for each token and for each time without one: what was asked in another is no longer of interest

class Outdated extends Error {}

class Refusal extends Error {
  constructor(status, sentence) {
    super(sentence);
    this.status = status; // 0 where there was no answer
  }
}

async function get(path) {
  const asked = turn;
  const answer = await fetch(new URL(`api/v1/test-runs${path}`, root), {
    headers: {Authorization: `Bearer ${sessionStorage.getItem(KEY)}`}, cache: 'no-store', signal: AbortSignal.timeout(PATIENCE),
  }).catch(() => null);
  const body = await answer?.json().catch(() => ({}));
  if (asked !== turn) throw new Outdated();
  if (!answer) throw new Refusal(0, `The service at ${location.host} cannot be reached; see that it is running.`);
  if (!answer.ok) throw new Refusal(answer.status, body.detail ?? '');
  return body;
}

// What to show, built when the first answer has come: returns after how long to ask again.
function ofRun() {
  let log;
  let update;
  return async () => {
    const run = await get(`/${id}`);
    update ??= runView(view);
    log ??= logView(view);
    title.textContent = run.name;
    document.title = `${run.name}: ${run.state}`;
    update(run);
    log.add(await get(`/${id}/logs${log.after() === null ? '' : `?after=${log.after()}`}`));
    return isOver(run) ? SELDOM : EVERY;
  };
}

function ofList() {
  let update;
  return async () => {
    const page = await get('?limit=50');
    update ??= listView(view, root);
    update(page);
    return LIST_EVERY;
  };
}

async function refresh() {
  try {
    const wait = await show();
    say('');
    timer = setTimeout(refresh, wait);
  } catch (failure) {
    if (!(failure instanceof Outdated)) failed(failure);
  }
}

function failed(failure) {
  if ([401, 403].includes(failure.status)) {
    askForToken(`${failure.message} Enter the token of the tenant whose run this is.`);
  } else if (failure.status === 404) {
    askForToken(`${failure.message} If it belongs to another tenant, enter that tenant's token; else compare the number with what k6 has printed.`);
  } else {
    const why = failure.status === 0 ? failure.message
      : failure.status ? `The service answered with status ${failure.status}. ${failure.message}`
        : `The service's answer cannot be shown; reload the page if its version has changed (${failure.message}).`;
    say(`${why} What is below may be old. It is tried again every ${EVERY / 1000} seconds.`);
    timer = setTimeout(refresh, EVERY);
  }
}

function say(sentence) {
  if (notice.textContent !== sentence) notice.textContent = sentence;
  notice.hidden = sentence === '';
}

function takeTurn() {
  turn++;
  clearTimeout(timer);
}

function start() {
  takeTurn();
  view.replaceChildren();
  ask.hidden = true;
  forget.hidden = false;
  show = id ? ofRun() : ofList();
  refresh();
}

function askForToken(why) {
  takeTurn();
  sessionStorage.removeItem(KEY);
  view.replaceChildren();
  title.textContent = document.title = id ? `Test run ${id}` : 'Test runs';
  say(why);
  forget.hidden = true;
  ask.hidden = false;
  token.value = '';
  token.focus();
}

ask.addEventListener('submit', event => {
  event.preventDefault();
  const given = token.value.trim();
  if (!/^[\x21-\x7e]+$/.test(given)) { // it would not even fit into a header
    askForToken('A token consists of letters, digits and signs, without spaces. Copy it once more.');
    return;
  }
  sessionStorage.setItem(KEY, given);
  token.value = '';
  start();
});
forget.addEventListener('click', () => askForToken(''));

if (sessionStorage.getItem(KEY)) start();
else askForToken('');
