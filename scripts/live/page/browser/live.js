/**
 * The script of the live page. It shows what the server sends: arrays of messages (message.ts), of which the first one
 * of each connection is a snapshot of everything. Texts are set as text, never as HTML.
 *
 * @typedef {import('../message.ts').Message} Message
 * @typedef {import('../message.ts').LiveChart} LiveChart
 * @typedef {import('../../board.ts').Board} Board
 * @typedef {import('../../live-progress.ts').LiveProgress} LiveProgress
 * @typedef {{ readonly host: HTMLElement, chart: LiveChart, plot: uPlot | null }} Drawn
 */

/** Okabe and Ito's colours, which most colour-blind people can distinguish; dashes distinguish the rest. */
const COLORS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#7f7f7f'];
const DASHES = [[], [6, 4], [2, 3]];
const GRID = { stroke: '#8884' };
const HEIGHT = 220;
const MAX_POINTS = 600;

/** @type {Map<string, Drawn>} */
const charts = new Map();
/** @type {Map<string, HTMLElement>} */
const boards = new Map();
let client = '';

const resized = new ResizeObserver(() => {
  for (const { host, plot } of charts.values()) {
    if (plot !== null && plot.width !== widthOf(host)) plot.setSize({ width: widthOf(host), height: HEIGHT });
  }
});

/** @param {string} id of an element of the page. */
function byId(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found;
}

/**
 * @param {string} name
 * @param {string} text
 */
function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

/**
 * Returns columns as uPlot takes them: x, then each series.
 * @param {LiveChart} chart
 * @returns {[number[], ...(number | null)[][]]}
 */
function columnsOf({ points, names }) {
  const shown = points.flatMap((point, i) => {
    const before = points[i - 1];
    // A point without values between two parts: no line connects them.
    return before === undefined || before.part === point.part
      ? [point]
      : [{ x: (before.x + point.x) / 2, ys: names.map(() => null) }, point];
  });
  return [shown.map(({ x }) => x), ...names.map((_, i) => shown.map(({ ys }) => ys[i] ?? null))];
}

/** @param {HTMLElement} host of a chart. */
function widthOf(host) {
  return Math.max(280, host.clientWidth);
}

/**
 * @param {LiveChart} chart
 * @param {number} width
 * @returns {uPlot.Options}
 */
function optionsOf({ title, x, names, isLogarithmic }, width) {
  const axis = { stroke: () => getComputedStyle(document.body).color, grid: GRID, ticks: GRID };
  return {
    ...{ title, width, height: HEIGHT },
    scales: {
      x: { time: false, ...(isLogarithmic && { distr: 3, log: 2 }) },
      // Heights compare as values do.
      y: { range: (_, least, most) => [Math.min(0, least * 1.05), Math.max(0, most * 1.05) || 1] },
    },
    axes: [
      { ...axis, label: x },
      { ...axis, size: 70 },
    ],
    series: [
      { label: x },
      ...names.map((label, i) => ({
        ...{ label, width: 2, points: { show: true, size: 5 } },
        stroke: COLORS[i % COLORS.length] ?? '',
        dash: DASHES[Math.floor(i / COLORS.length) % DASHES.length] ?? [],
      })),
    ],
  };
}

/** @param {Drawn} entry */
function draw(entry) {
  entry.plot?.destroy();
  entry.host.replaceChildren();
  entry.plot = null;
  if (entry.chart.points.length === 0) return;
  entry.plot = new uPlot(optionsOf(entry.chart, widthOf(entry.host)), columnsOf(entry.chart), entry.host);
}

/** @param {LiveChart} chart */
function showChart(chart) {
  let entry = charts.get(chart.id);
  if (entry === undefined) {
    const host = document.createElement('figure');
    host.dataset.chart = chart.id;
    byId('charts').append(host);
    resized.observe(host);
    entry = { host, chart, plot: null };
    charts.set(chart.id, entry);
  }
  entry.chart = chart;
  draw(entry);
}

/** @param {Extract<Message, { kind: 'point' }>} message */
function addPoint({ id, point }) {
  const entry = charts.get(id);
  if (entry === undefined) return;
  entry.chart = { ...entry.chart, points: [...entry.chart.points.slice(1 - MAX_POINTS), point] };
  if (entry.plot === null) draw(entry);
  else entry.plot.setData(columnsOf(entry.chart));
}

/** @param {Board} board */
function showBoard({ title, columns, rows }) {
  const section = boards.get(title) ?? document.createElement('section');
  boards.set(title, section);
  // The one that changed comes first.
  byId('boards').prepend(section);
  const head = document.createElement('tr');
  head.append(...columns.map((column) => element('th', column)), element('th', ''));
  const most = Math.max(0, ...rows.map(({ value }) => value ?? 0));
  const lines = rows.map(({ cells, value }) => {
    const line = document.createElement('tr');
    const bar = document.createElement('meter');
    bar.max = most || 1;
    bar.value = value ?? 0;
    const cell = document.createElement('td');
    if (value !== null) cell.append(bar);
    line.append(...cells.map((text) => element('td', text)), cell);
    return line;
  });
  const table = document.createElement('table');
  table.append(head, ...lines);
  section.replaceChildren(element('h2', title), table);
}

/** @param {LiveProgress} progress */
function showProgress({ title, doing, share, left }) {
  document.title = share === null ? title : `${Math.floor(share * 100)} % ${title}`;
  byId('title').textContent = title;
  byId('doing').textContent = doing;
  byId('left').textContent = left === null ? '' : `${left} left`;
  // A progress element without a value shows that it is not known.
  if (share === null) byId('share').removeAttribute('value');
  else byId('share').setAttribute('value', String(share));
}

/** @param {Message} message */
function apply(message) {
  switch (message.kind) {
    case 'progress':
      showProgress(message.progress);
      break;
    case 'notes':
      byId('notes').replaceChildren(...message.notes.map((note) => element('li', note)));
      break;
    case 'board':
      showBoard(message.board);
      break;
    case 'chart':
      showChart(message.chart);
      break;
    case 'point':
      addPoint(message);
      break;
    case 'report':
      location.replace(`report?client=${client}`);
      break;
  }
}

/** @param {string} data */
function applyAll(data) {
  byId('lost').hidden = true;
  for (const message of JSON.parse(data)) apply(message);
}

function forget() {
  for (const { host, plot } of charts.values()) {
    plot?.destroy();
    host.remove();
  }
  for (const section of boards.values()) section.remove();
  charts.clear();
  boards.clear();
}

const source = new EventSource('events');
source.addEventListener('snapshot', ({ data, lastEventId }) => {
  client = lastEventId;
  forget();
  applyAll(data);
});
source.addEventListener('message', ({ data }) => applyAll(data));
source.addEventListener('error', () => {
  byId('lost').hidden = false;
});
