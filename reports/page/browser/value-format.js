// How the plots of a page write values and choose ticks: as reports do. A script that others use.

/**
 * Writes a number with three significant digits, or all before the point, as reports do.
 * @param {number} value
 */
function digits(value) {
  const size = Math.abs(value);
  if (size === 0) return '0';
  const decimals = size < 0.09995 ? 4 : size < 0.9995 ? 3 : size < 9.995 ? 2 : size < 99.95 ? 1 : 0;
  return value.toLocaleString('en', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

/**
 * @param {Axis} axis
 * @param {number} value
 */
function formatted(axis, value) {
  if (axis.scale === 'percentile') return percentile(axis, value);
  const { name, factor } = axis.units.findLast((unit) => Math.abs(value) >= unit.factor * 0.9995) ??
    axis.units[0] ?? { name: '', factor: 1 };
  const number = Number.isInteger(value) && factor === 1 ? value.toLocaleString('en') : digits(value / factor);
  return /^[kMG]?(\/s)?$|×/.test(name) ? `${number}${name}` : `${number} ${name}`;
}

/**
 * @param {Axis} axis
 * @param {number} place its nines
 */
function percentile({ ticks = [] }, place) {
  const named = ticks.find(([at]) => Math.abs(at - place) < 1e-4);
  return named === undefined
    ? `p${Number((100 - 10 ** (2 - place)).toPrecision(6))}`
    : named[1].replace(/^(?=\d)/, 'p');
}

/**
 * @param {Axis} axis
 * @param {number} value
 */
function tick(axis, value) {
  return formatted(axis, value)
    .replace(/(\.\d*?)0+(?=\D*$)/, '$1')
    .replace(/\.(?=\D*$)/, '');
}

/**
 * @param {Axis} axis
 * @param {number} value
 */
function tickOf(axis, value) {
  return axis.scale === 'percentile' ? (axis.ticks?.find(([at]) => at === value)?.[1] ?? '') : tick(axis, value);
}

/** Most ticks of a logarithmic axis, and their digits from the densest to the sparsest. */
const MAX_LOG_TICKS = 8;
const LOG_DIGITS = [[1, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]];

/**
 * Returns 1, 2 and 5 times powers of ten, or denser or sparser values.
 * @param {number} least
 * @param {number} most
 */
function logTicks(least, most) {
  /** @type {number[]} */
  const powers = [];
  for (let power = Math.floor(Math.log10(least)); 10 ** power <= most; power++) powers.push(10 ** power);
  const choices = LOG_DIGITS.map((digits) =>
    powers.flatMap((power) => digits.map((digit) => digit * power)).filter((value) => value >= least && value <= most),
  );
  const ticks = choices.find(({ length }) => length <= MAX_LOG_TICKS) ?? choices.at(-1) ?? [];
  return ticks.length > 1 ? ticks : [least, (least + most) / 2].map((value) => Number(value.toPrecision(2)));
}
