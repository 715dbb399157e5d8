/**
 * The script of the live page. It shows what the server sends: arrays of messages (message.ts), of which the first one
 * of each connection is a snapshot of everything. Texts are set as text, never as HTML.
 */
/* global uPlot */
(() => {
  /** Okabe and Ito's colours, which most colour-blind people can distinguish; dashes distinguish the rest. */
  const COLORS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#7f7f7f'];
  const DASHES = [[], [6, 4], [2, 3]];
  const HEIGHT = 220;
  const MAX_POINTS = 600;

  const charts = new Map();
  const boards = new Map();
  let client = '';

  const byId = (id) => document.getElementById(id);

  const element = (name, text, className) => {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (className !== undefined) made.className = className;
    return made;
  };

  const columnsOf = ({ points, names }) => [
    points.map(({ x }) => x),
    ...names.map((_, i) => points.map(({ ys }) => ys[i] ?? null)),
  ];

  const widthOf = (host) => Math.max(280, host.clientWidth);

  const ink = () => getComputedStyle(document.body).color;

  function optionsOf({ title, x, names, isLogarithmic }, width) {
    const axis = { stroke: ink, grid: { stroke: '#8884' }, ticks: { stroke: '#8884' } };
    return {
      title,
      width,
      height: HEIGHT,
      scales: { x: { time: false, distr: isLogarithmic ? 3 : 1, log: 2 } },
      axes: [
        { ...axis, label: x },
        { ...axis, size: 70 },
      ],
      series: [
        { label: x },
        ...names.map((label, i) => ({
          label,
          stroke: COLORS[i % COLORS.length],
          dash: DASHES[Math.floor(i / COLORS.length) % DASHES.length],
          width: 2,
          points: { show: true, size: 5 },
        })),
      ],
    };
  }

  function draw(entry) {
    entry.plot?.destroy();
    entry.host.replaceChildren();
    entry.plot = null;
    if (entry.chart.points.length === 0) return;
    entry.plot = new uPlot(optionsOf(entry.chart, widthOf(entry.host)), columnsOf(entry.chart), entry.host);
  }

  function showChart(chart) {
    let entry = charts.get(chart.id);
    if (entry === undefined) {
      const host = element('figure', undefined, 'chart');
      host.dataset.chart = chart.id;
      byId('charts').append(host);
      entry = { host, chart, plot: null };
      charts.set(chart.id, entry);
    }
    entry.chart = chart;
    draw(entry);
  }

  function addPoint({ id, x, ys }) {
    const entry = charts.get(id);
    if (entry === undefined) return;
    entry.chart.points.push({ x, ys });
    entry.chart.points.splice(0, entry.chart.points.length - MAX_POINTS);
    if (entry.plot === null) draw(entry);
    else entry.plot.setData(columnsOf(entry.chart));
  }

  function showBoard({ title, columns, rows }) {
    let section = boards.get(title);
    if (section === undefined) {
      section = element('section');
      boards.set(title, section);
    }
    // The one that changed comes first.
    byId('boards').prepend(section);
    const table = element('table');
    const head = element('tr');
    head.append(...columns.map((column) => element('th', column)), element('th', ''));
    const most = Math.max(0, ...rows.map(({ value }) => value ?? 0));
    const lines = rows.map(({ cells, value }) => {
      const line = element('tr');
      line.append(...cells.map((text) => element('td', text)));
      const bar = element('meter');
      bar.max = most || 1;
      bar.value = value ?? 0;
      const cell = element('td');
      if (value !== null) cell.append(bar);
      line.append(cell);
      return line;
    });
    table.append(head, ...lines);
    section.replaceChildren(element('h2', title), table);
  }

  function showProgress({ title, doing, share, left }) {
    document.title = share === null ? title : `${Math.floor(share * 100)} % ${title}`;
    byId('title').textContent = title;
    byId('doing').textContent = doing;
    byId('left').textContent = left === null ? '' : `${left} left`;
    const bar = byId('share');
    if (share === null) bar.removeAttribute('value');
    else bar.value = share;
  }

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

  const source = new EventSource('events');
  const applyAll = (data) => {
    byId('lost').hidden = true;
    for (const message of JSON.parse(data)) apply(message);
  };
  source.addEventListener('snapshot', ({ data, lastEventId }) => {
    client = lastEventId;
    for (const { host, plot } of charts.values()) {
      plot?.destroy();
      host.remove();
    }
    charts.clear();
    for (const section of boards.values()) section.remove();
    boards.clear();
    applyAll(data);
  });
  source.addEventListener('message', ({ data }) => applyAll(data));
  source.addEventListener('error', () => {
    byId('lost').hidden = false;
  });
  addEventListener('resize', () => {
    for (const { host, plot } of charts.values()) plot?.setSize({ width: widthOf(host), height: HEIGHT });
  });
})();
