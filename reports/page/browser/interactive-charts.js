// Replaces the images of interactive charts by plots of uPlot: zooming by dragging, values at the pointer or by arrow keys,
// and series that can be hidden. The data is that of reports/page/chart-data.ts. Uses value-format.js and plot-drawing.js.

/**
 * @typedef {{ name: string, factor: number }} Unit
 * @typedef {{ name: string, scale: 'linear' | 'log' | 'percentile', units: Unit[], includesZero: boolean,
 *   ticks?: [number, string][] }} Axis
 * @typedef {{ name: string, kind: 'line' | 'points' | 'fit' | 'step', color: number, dash: number[],
 *   corners: [number, number][], x: number[], y: (number | null)[], low?: (number | null)[], high?: (number | null)[],
 *   doubtful?: number[] }} Series
 * @typedef {{ axis: 'x' | 'y', at: number, label: string, tone: 'plain' | 'good' | 'bad' }} Rule
 * @typedef {{ title: string, x: Axis, y: Axis, grid: number[], series: Series[], rules: Rule[] }} ChartData
 */

(() => {
  const FONT = '12px system-ui, sans-serif';
  const HEIGHT_PX = { wide: 340, narrow: 280 };
  const NARROW_PX = 560;
  /** How far the pointer may be from a value that the legend shows, in pixels. */
  const REACH_PX = 40;

  /**
   * Returns the ends of an axis of x with some room, so that markers at its ends are whole.
   * @param {number | null} least
   * @param {number | null} most
   * @returns {[number, number]}
   */
  function padded(least, most) {
    const [from, to] = [least ?? 0, most ?? 1];
    const room = (to - from || 1) * 0.015;
    return [from - room, to + room];
  }

  /** One chart: its plot, its legend and its keyboard. */
  class InteractiveChart {
    /**
     * @param {HTMLElement} figure
     * @param {ChartData} data
     */
    constructor(figure, data) {
      this.figure = figure;
      this.data = data;
      this.colors = this.readColors();
      this.container = document.createElement('div');
      this.container.className = 'plot';
      this.container.tabIndex = 0;
      this.container.setAttribute('role', 'group');
      this.container.setAttribute('aria-label', `${data.title}: use the arrow keys to read values`);
      const title = document.createElement('p');
      title.className = 'title';
      title.textContent = data.y.name;
      this.container.append(title);
      this.spoken = document.createElement('p');
      this.spoken.className = 'unseen';
      this.spoken.setAttribute('aria-live', 'polite');
      this.hint = document.createElement('p');
      this.hint.className = 'hint';
      this.hint.textContent = 'Drag to zoom, double-click to reset.';
      figure.classList.add('live');
      figure.querySelector('svg.chart')?.before(this.container);
      this.container.after(this.hint, this.spoken);
      this.outputs = this.makeLegend();
      const tables = /** @type {uPlot.AlignedData[]} */ (data.series.map(({ x, y }) => [x, y]));
      this.plot = new uPlot(this.options(), uPlot.join(tables), this.container);
      this.container.addEventListener('keydown', (event) => this.pressed(event));
      new ResizeObserver(() => this.plot.setSize(this.size())).observe(this.container);
      addEventListener('themechange', () => {
        this.colors = this.readColors();
        this.plot.redraw(false, false);
      });
    }

    size() {
      const width = Math.max(200, this.figure.clientWidth);
      return { width, height: width < NARROW_PX ? HEIGHT_PX.narrow : HEIGHT_PX.wide };
    }

    /** Canvases do not know the variables of style sheets. */
    readColors() {
      const probe = document.createElement('span');
      this.figure.append(probe);
      const color = (/** @type {string} */ className) => {
        probe.className = className;
        return getComputedStyle(probe).color;
      };
      const variable = (/** @type {string} */ name) => {
        probe.className = '';
        probe.style.color = `var(${name})`;
        return getComputedStyle(probe).color;
      };
      const colors = {
        series: this.data.series.map((series) => color(`c${series.color}`)),
        ...{ soft: variable('--soft'), line: variable('--line'), axis: variable('--axis'), page: variable('--page') },
        rules: { plain: variable('--soft'), good: variable('--good'), bad: variable('--bad') },
      };
      probe.remove();
      return colors;
    }

    /** @returns {uPlot.Options} */
    options() {
      const { x, y, series } = this.data;
      return {
        ...this.size(),
        legend: { show: false },
        cursor: {
          drag: { x: true, y: false },
          focus: { prox: 24 },
          dataIdx: (plot, i, hovered) => this.nearest(plot, i, hovered),
        },
        focus: { alpha: 0.3 },
        scales: {
          x: {
            time: false,
            ...(x.scale === 'log' ? { distr: 3 } : { range: (_, least, most) => padded(least, most) }),
          },
          y: { ...(y.scale === 'log' && { distr: 3 }), range: (_, least, most) => this.rangeOfY(least, most) },
        },
        axes: [this.axisOptions(x, true), this.axisOptions(y, false)],
        series: [
          {},
          ...series.map(({ name, dash, kind }, i) => ({
            label: name,
            stroke: () => this.colors.series[i] ?? '',
            width: kind === 'fit' ? 1.25 : 1.75,
            dash: kind === 'fit' ? [] : dash,
            points: { show: false },
            ...(kind === 'points' && { paths: () => null }),
            ...(kind === 'step' && uPlot.paths.stepped && { paths: uPlot.paths.stepped({ align: 1 }) }),
          })),
        ],
        hooks: {
          drawSeries: [(plot, i) => this.drawMarks(plot, i - 1)],
          draw: [(plot) => this.drawRules(plot)],
          setCursor: [(plot) => this.showValues(plot)],
        },
      };
    }

    /**
     * @param {Axis} axis
     * @param {boolean} isX
     * @returns {uPlot.Axis}
     */
    axisOptions(axis, isX) {
      const { ticks = [] } = axis;
      return {
        ...{ font: FONT, stroke: () => this.colors.soft, ticks: { show: false } },
        grid: { stroke: () => this.colors.line, width: 1 },
        ...(isX
          ? { label: axis.name, labelFont: FONT, labelSize: 22, size: 28, space: 64 }
          : { size: (_, values) => 14 + 7 * Math.max(...(values ?? ['']).map(({ length }) => length)), space: 44 }),
        ...(axis.scale === 'percentile' && {
          splits: (_plot, _axis, least, most) => ticks.map(([at]) => at).filter((at) => at >= least && at <= most),
        }),
        ...(axis.scale === 'log' && {
          splits: (_plot, _axis, least, most) => logTicks(least, most),
          filter: (_, splits) => splits,
        }),
        values: (_, splits) => splits.map((value) => (value === null ? '' : tickOf(axis, value))),
      };
    }

    /**
     * @param {number | null} least
     * @param {number | null} most
     * @returns {[number, number]}
     */
    rangeOfY(least, most) {
      const { y, rules } = this.data;
      const ends = this.data.series.flatMap(({ kind, high = [], low = [] }) =>
        kind === 'fit' ? [] : [...high, ...low],
      );
      const reach = y.scale === 'log' ? 100 : 3;
      const shown = rules
        .filter(({ axis, at }) => axis === 'y' && most !== null && at <= most * reach)
        .map(({ at }) => at);
      const values = [least, most, ...shown, ...ends].filter((value) => typeof value === 'number');
      if (values.length === 0) return y.scale === 'log' ? [1, 10] : [0, 1];
      const [bottom, top] = [Math.min(...values), Math.max(...values)];
      if (y.scale === 'log') return [bottom / 1.2, top * 1.2];
      const base = y.includesZero ? Math.min(0, bottom) : bottom;
      const margin = (top - base || Math.abs(top) || 1) * 0.06;
      return [base === 0 ? 0 : base - margin, top + margin];
    }

    /**
     * Returns the index of the value of a series that is nearest to the pointer, among the values of all.
     * @param {uPlot} plot
     * @param {number} i
     * @param {number} hovered
     */
    nearest(plot, i, hovered) {
      const values = plot.data[i] ?? [];
      const xs = plot.data[0];
      const at = (/** @type {number} */ index) => plot.valToPos(xs[index] ?? 0, 'x');
      for (let distance = 0; distance < xs.length; distance++) {
        for (const index of [hovered - distance, hovered + distance]) {
          if (index < 0 || index >= xs.length || typeof values[index] !== 'number') continue;
          return Math.abs(at(index) - at(hovered)) <= REACH_PX ? index : hovered;
        }
      }
      return hovered;
    }

    /** Makes each item of the legend a button that hides and shows its series, with the value at the cursor. */
    makeLegend() {
      const items = [...this.figure.querySelectorAll('.legend li')];
      return items.map((item, i) => {
        const control = document.createElement('button');
        control.type = 'button';
        control.setAttribute('aria-pressed', 'true');
        control.append(...item.childNodes);
        control.addEventListener('click', () => {
          const isShown = control.getAttribute('aria-pressed') !== 'true';
          control.setAttribute('aria-pressed', String(isShown));
          this.plot.setSeries(i + 1, { show: isShown });
        });
        const output = document.createElement('output');
        output.setAttribute('aria-live', 'off');
        item.append(control, output);
        return output;
      });
    }

    /** @param {uPlot} plot */
    showValues(plot) {
      const { idxs = [], left = -1 } = plot.cursor;
      for (const [i, output] of this.outputs.entries()) {
        const index = left < 0 ? null : idxs[i + 1];
        const value = typeof index === 'number' ? plot.data[i + 1]?.[index] : undefined;
        output.textContent = typeof value === 'number' ? formatted(this.data.y, value) : '';
      }
      const index = plot.cursor.idx;
      const x = left < 0 || typeof index !== 'number' ? undefined : plot.data[0][index];
      this.hint.textContent =
        x === undefined ? 'Drag to zoom, double-click to reset.' : `${this.data.x.name}: ${formatted(this.data.x, x)}`;
    }

    /**
     * Moves the cursor by arrow keys, Home and End, and announces the values. Escape resets the zoom.
     * @param {KeyboardEvent} event
     */
    pressed(event) {
      const { plot } = this;
      const xs = plot.data[0];
      const { min = 0, max = 0 } = plot.scales.x ?? {};
      const shown = xs.map((_, i) => i).filter((i) => (xs[i] ?? 0) >= (min ?? 0) && (xs[i] ?? 0) <= (max ?? 0));
      const position = shown.indexOf(plot.cursor.idx ?? -1);
      const hasCursor = (plot.cursor.left ?? -1) >= 0 && position >= 0;
      const target = {
        ArrowLeft: hasCursor ? position - 1 : shown.length - 1,
        ArrowRight: hasCursor ? position + 1 : 0,
        Home: 0,
        End: shown.length - 1,
      }[event.key];
      if (event.key === 'Escape') plot.setScale('x', { min: xs[0] ?? 0, max: xs.at(-1) ?? 1 });
      if (target === undefined) return;
      event.preventDefault();
      const index = shown[Math.max(0, Math.min(shown.length - 1, target))];
      if (index === undefined) return;
      plot.setCursor({ left: plot.valToPos(xs[index] ?? 0, 'x'), top: -10 });
      this.showValues(plot);
      const values = this.outputs.map((output, i) => [this.data.series[i]?.name, output.textContent]);
      const texts = values.filter(([, value]) => value !== '').map(([name, value]) => `${name} ${value}`);
      this.spoken.textContent = `${this.hint.textContent}. ${texts.join(', ')}`;
    }

    /**
     * @param {uPlot} plot
     * @param {number} i
     */
    drawMarks(plot, i) {
      const series = this.data.series[i];
      const { page, series: lines } = this.colors;
      if (series !== undefined) drawSeriesMarks(plot, series, { line: lines[i] ?? '', page });
    }

    /** @param {uPlot} plot */
    drawRules(plot) {
      const font = FONT.replace('12px', `${12 * uPlot.pxRatio}px`);
      for (const rule of this.data.rules) drawRule(plot, rule, { color: this.colors.rules[rule.tone], font });
    }
  }

  /**
   * Gives each series its values of x: without any of its own, it has the first ones of the grid.
   * @param {ChartData} data
   */
  function withPlaces(data) {
    const series = data.series.map((one) => ({ ...one, x: one.x ?? data.grid.slice(0, one.y.length) }));
    return { ...data, series };
  }

  for (const figure of document.querySelectorAll('figure.interactive')) {
    const data = figure.querySelector('script[type="application/json"]')?.textContent;
    if (data && figure instanceof HTMLElement) new InteractiveChart(figure, withPlaces(JSON.parse(data)));
  }
})();
