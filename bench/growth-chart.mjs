// The chart of docs/performance.md: three panels on logarithmic axes, one line for each server. Light or dark as the reader's screen is.

const panels = [
  { title: 'a push of 50 samples, ms', pick: ({ pushMs }) => pushMs },
  { title: 'a scrape of everything, ms', pick: ({ scrapeMs }) => scrapeMs },
  { title: 'memory, MB', pick: ({ bytes }) => bytes / 1e6 },
];
const size = { width: 320, height: 240, left: 52, right: 14, top: 34, bottom: 44 };
const legendHeight = 28;
const plotWidth = size.width - size.left - size.right;
const plotHeight = size.height - size.top - size.bottom;
const titles = { pushgate: 'Pushgate', reference: 'reference' };

const style = `
  text { font: 11px system-ui, sans-serif; fill: #424a53; }
  .title { font-weight: 600; font-size: 12px; fill: #1f2328; }
  .grid { stroke: #d1d9e0; stroke-width: 1; }
  .line { fill: none; stroke-width: 2; }
  .pushgate { stroke: #0969da; fill: #0969da; }
  .reference { stroke: #bc4c00; fill: #bc4c00; stroke-dasharray: 5 3; }
  .dot { stroke: none; }
  @media (prefers-color-scheme: dark) {
    text { fill: #9198a1; }
    .title { fill: #f0f6fc; }
    .grid { stroke: #3d444d; }
    .pushgate { stroke: #4493f8; fill: #4493f8; }
    .reference { stroke: #f0883e; fill: #f0883e; }
  }
  .line.pushgate, .line.reference { fill: none; }
`;

/** `lines`: `{ name, points: [{ series, pushMs, scrapeMs, bytes }] }` of each server. */
export function drawGrowth(lines) {
  const width = panels.length * size.width;
  const height = size.height + legendHeight;
  const shown = lines.filter(({ points }) => points.length > 0);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    '<title>Cost of a push, of a scrape, and memory, against stored series</title>',
    `<style>${style}</style>`,
    ...drawLegend(shown),
    ...panels.map((panel, i) => drawPanel(panel, shown, i * size.width)),
    '</svg>',
    '',
  ].join('\n');
}

function drawLegend(lines) {
  return lines.map(({ name }, i) => {
    const x = size.left + i * 120;
    return `<g transform="translate(${x} 16)"><path class="line ${name}" d="M0 0H24"/><text x="30" y="4">${titles[name]}</text></g>`;
  });
}

function drawPanel({ title, pick }, lines, x) {
  const points = lines.flatMap((line) => line.points);
  const across = logScale(
    points.map(({ series }) => series),
    0,
    plotWidth,
  );
  const up = logScale(points.map(pick), plotHeight, 0);
  const place = (point) => `${across.place(point.series).toFixed(1)} ${up.place(pick(point)).toFixed(1)}`;
  const drawLine = (line) => [
    `<path class="line ${line.name}" d="M${line.points.map(place).join('L')}"/>`,
    ...line.points.map((point) => `<circle class="dot ${line.name}" r="2.5" transform="translate(${place(point)})"/>`),
  ];
  return [
    `<g transform="translate(${x + size.left} ${legendHeight + size.top})">`,
    `<text class="title" y="-14">${title}</text>`,
    ...up.ticks.flatMap((value) => drawLevel(value, up.place(value))),
    ...across.ticks.map(
      (value) => `<text x="${across.place(value).toFixed(1)}" y="${plotHeight + 16}" text-anchor="middle">${label(value)}</text>`,
    ),
    `<text x="${plotWidth / 2}" y="${plotHeight + 34}" text-anchor="middle">stored series</text>`,
    ...lines.flatMap(drawLine),
    '</g>',
  ].join('\n');
}

function drawLevel(value, y) {
  return [
    `<path class="grid" d="M0 ${y.toFixed(1)}H${plotWidth}"/>`,
    `<text x="-6" y="${(y + 4).toFixed(1)}" text-anchor="end">${label(value)}</text>`,
  ];
}

/** From the power of ten below all values to the one above. */
function logScale(values, from, to) {
  const least = Math.floor(Math.log10(Math.min(...values)));
  const most = Math.max(least + 1, Math.ceil(Math.log10(Math.max(...values))));
  const place = (value) => from + ((Math.log10(value) - least) / (most - least)) * (to - from);
  return { place, ticks: Array.from({ length: most - least + 1 }, (_, i) => 10 ** (least + i)) };
}

function label(value) {
  if (value >= 1e6) return `${value / 1e6}M`;
  if (value >= 1000) return `${value / 1000}k`;
  return String(Number(value.toPrecision(1)));
}
