import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  type ChartConfiguration,
  LinearScale,
  LineController,
  LineElement,
  type Plugin,
  PointElement,
  Tooltip,
} from "chart.js";
import { formatCompact, formatNumber } from "../../format/numbers.ts";
import { resolveColor } from "./colors.ts";
import { spreadLabels } from "./spread-labels.ts";

Chart.register(
  BarController,
  BarElement,
  CategoryScale,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
);

/** One line, or one layer of the bars. */
export interface Series {
  key: string;
  label: string;
  /** A custom property, `--chart-1`. */
  color: string;
  /** One value for each label of the chart. */
  values: number[];
}

export interface TimeSeries {
  kind: "line" | "bar";
  labels: string[];
  series: Series[];
  onpoint?: (key: string, index: number) => void;
}

/** Writes each line's name where the line ends, apart from each other: no legend to look up. */
const endLabels = (series: Series[]): Plugin<"line" | "bar"> => ({
  id: "endLabels",
  afterDatasetsDraw(chart) {
    const { ctx, chartArea } = chart;
    const ends = series
      .map(({ label, color }, index) => ({
        label,
        color,
        y: chart.getDatasetMeta(index).data.at(-1)?.y ?? 0,
      }))
      .sort((a, b) => a.y - b.y);
    const places = spreadLabels(
      ends.map(({ y }) => y),
      chartArea,
    );
    for (const [index, { label, color }] of ends.entries()) {
      ctx.fillStyle = resolveColor(color);
      ctx.textBaseline = "middle";
      ctx.fillText(label, chartArea.right + 8, places[index] ?? 0);
    }
  },
});

/** The chart.js configuration of a time series in the colours of the moment. */
export function timeSeriesConfig({ kind, labels, series, onpoint }: TimeSeries): ChartConfiguration {
  const line = resolveColor("--color-base-300");
  const text = resolveColor("--muted");
  const font = { family: getComputedStyle(document.body).fontFamily, size: 12 };
  const widest = Math.max(0, ...series.map(({ label }) => widthOf(label)));
  const stacked = kind === "bar";
  return {
    type: kind,
    data: {
      labels,
      datasets: series.map((one) => ({
        label: one.label,
        data: one.values,
        borderColor: resolveColor(one.color),
        backgroundColor: resolveColor(one.color),
        borderWidth: kind === "line" ? 2 : 0,
        pointRadius: 0,
        pointHoverRadius: 4,
        tension: 0,
        maxBarThickness: 24,
      })),
    },
    plugins: kind === "line" ? [endLabels(series)] : [],
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      font,
      color: text,
      layout: { padding: { top: 8, right: kind === "line" ? widest + 16 : 0 } },
      interaction: { mode: "index", intersect: false },
      onClick: (_event, [point]) => {
        const one = point && series[point.datasetIndex];
        if (one) onpoint?.(one.key, point.index);
      },
      scales: {
        x: {
          stacked,
          grid: { display: false },
          border: { color: line },
          ticks: { color: text, font, maxRotation: 0, autoSkipPadding: 16 },
        },
        y: {
          stacked,
          beginAtZero: true,
          grid: { color: line },
          border: { display: false },
          ticks: { color: text, font, maxTicksLimit: 5, callback: (value) => formatCompact(Number(value)) },
        },
      },
      plugins: {
        tooltip: {
          backgroundColor: resolveColor("--color-neutral"),
          titleColor: resolveColor("--color-neutral-content"),
          bodyColor: resolveColor("--color-neutral-content"),
          titleFont: font,
          bodyFont: font,
          cornerRadius: 6,
          padding: 8,
          boxPadding: 4,
          callbacks: { label: ({ dataset, parsed }) => `${dataset.label}  ${formatNumber(parsed.y ?? 0)}` },
        },
      },
    },
  };
}

/** Draws on a canvas; the returned function takes the chart away again. */
export function drawTimeSeries(canvas: HTMLCanvasElement, data: TimeSeries): () => void {
  const chart = new Chart(canvas, timeSeriesConfig(data));
  return () => chart.destroy();
}

/** Width of a label on the canvas, near enough: a Chinese character is as wide as the font is high. */
function widthOf(label: string): number {
  return [...label].reduce((width, character) => width + (character > "\u2e80" ? 12 : 7), 0);
}
