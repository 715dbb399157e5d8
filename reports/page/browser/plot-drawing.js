// Draws on the canvas of a plot what uPlot does not: markers of different shapes, hollow where doubtful, error bars, bands
// and rules. A script that others use.

const MARKER_RADIUS_PX = 3.4;
/** Least distance between the markers of a curve, in pixels. */
const MARKER_GAP_PX = 60;

/**
 * Draws the intervals and the points of a series.
 * @param {uPlot} plot
 * @param {Series} series
 * @param {{ line: string, page: string }} colors
 */
function drawSeriesMarks(plot, series, colors) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.strokeStyle = ctx.fillStyle = colors.line;
  ctx.lineWidth = uPlot.pxRatio * 1.25;
  ctx.setLineDash([]);
  if (series.kind === 'fit') drawBand(plot, series);
  else drawPoints(plot, series, colors.page);
  ctx.restore();
}

/**
 * @param {uPlot} plot
 * @param {Series} series
 * @param {string} pageColor
 */
function drawPoints(plot, { x, y, low = [], high = [], doubtful = [], kind, corners }, pageColor) {
  const { ctx } = plot;
  let last = Number.NEGATIVE_INFINITY;
  for (const [k, value] of y.entries()) {
    const at = x[k];
    if (value === null || at === undefined) continue;
    const [px, py] = [plot.valToPos(at, 'x', true), plot.valToPos(value, 'y', true)];
    const [bottom, top] = [low[k], high[k]];
    if (typeof bottom === 'number' && typeof top === 'number') {
      ctx.beginPath();
      ctx.moveTo(px, plot.valToPos(bottom, 'y', true));
      ctx.lineTo(px, plot.valToPos(top, 'y', true));
      ctx.stroke();
    }
    const isDoubtful = doubtful.includes(k);
    if (!isDoubtful && kind !== 'points' && px - last < MARKER_GAP_PX * uPlot.pxRatio) continue;
    last = px;
    drawMarker(ctx, corners, [px, py], isDoubtful ? pageColor : undefined);
  }
}

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {[number, number][]} corners none for a circle
 * @param {[number, number]} center
 * @param {string | undefined} filling the colour inside of a hollow marker
 */
function drawMarker(ctx, corners, [px, py], filling) {
  const radius = MARKER_RADIUS_PX * uPlot.pxRatio;
  const { fillStyle } = ctx;
  ctx.beginPath();
  if (corners.length === 0) ctx.arc(px, py, radius, 0, 2 * Math.PI);
  for (const [dx, dy] of corners) ctx.lineTo(px + dx * radius, py + dy * radius);
  ctx.closePath();
  ctx.fillStyle = filling ?? fillStyle;
  ctx.fill();
  ctx.fillStyle = fillStyle;
  if (filling !== undefined) ctx.stroke();
}

/**
 * @param {uPlot} plot
 * @param {Series} series
 */
function drawBand(plot, { x, low = [], high = [] }) {
  const ends = x.flatMap((at, k) => {
    const [bottom, top] = [low[k], high[k]];
    return typeof bottom === 'number' && typeof top === 'number' ? [{ at, bottom, top }] : [];
  });
  const { ctx } = plot;
  ctx.beginPath();
  for (const { at, top } of ends) ctx.lineTo(plot.valToPos(at, 'x', true), plot.valToPos(top, 'y', true));
  for (const { at, bottom } of ends.reverse())
    ctx.lineTo(plot.valToPos(at, 'x', true), plot.valToPos(bottom, 'y', true));
  ctx.globalAlpha *= 0.14;
  ctx.fill();
}

/**
 * Draws a rule with its label, unless zooming has moved it out of the plot.
 * @param {uPlot} plot
 * @param {Rule} rule
 * @param {{ color: string, font: string }} style
 */
function drawRule({ ctx, bbox, valToPos }, { axis, at, label }, { color, font }) {
  const place = valToPos(at, axis, true);
  const isX = axis === 'x';
  const [from, length] = isX ? [bbox.left, bbox.width] : [bbox.top, bbox.height];
  if (!(place >= from && place <= from + length)) return;
  const gap = 5 * uPlot.pxRatio;
  ctx.save();
  ctx.font = font;
  ctx.setLineDash([4 * uPlot.pxRatio, 3 * uPlot.pxRatio]);
  ctx.lineWidth = 1.25 * uPlot.pxRatio;
  ctx.strokeStyle = ctx.fillStyle = color;
  ctx.beginPath();
  ctx.moveTo(isX ? place : bbox.left, isX ? bbox.top : place);
  ctx.lineTo(isX ? place : bbox.left + bbox.width, isX ? bbox.top + bbox.height : place);
  ctx.stroke();
  const isNearEnd = isX && place > from + length * 0.75;
  ctx.textAlign = isNearEnd ? 'right' : 'left';
  if (isX) ctx.fillText(label, place + (isNearEnd ? -gap : gap), bbox.top + 3 * gap);
  else ctx.fillText(label, bbox.left + gap, place - gap);
  ctx.restore();
}
