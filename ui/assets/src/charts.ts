// Charts: what a card's table says, drawn as SVG; the table stays the accessible form of it.
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import type { EChartsType } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart, GridComponent, TooltipComponent, SVGRenderer]);

interface Point {
  label: string;
  value: number | null;
  text: string;
  href: string | null;
}

const drawn = new Map<HTMLElement, EChartsType>();

function colour(name: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

function pointsOf(box: HTMLElement): Point[] {
  const rows = box.closest(".panel")?.querySelectorAll<HTMLTableRowElement>("tbody tr") ?? [];
  const column = Number(box.dataset["column"] ?? 0);
  return Array.from(rows, (row) => {
    const cell = row.cells[column + 1];
    const value = cell?.dataset["value"];
    return {
      label: row.cells[0]?.textContent?.trim() ?? "",
      value: value ? Number(value) : null,
      text: cell?.dataset["text"] ?? "",
      href: cell?.querySelector("a")?.getAttribute("href") ?? null,
    };
  });
}

/** A label of at most so many letters; one of Chinese is as wide as two of Latin. */
function cut(label: string, most: number): string {
  let wide = 0;
  for (const [at, letter] of [...label].entries()) {
    wide += letter > "\u2e7f" ? 2 : 1;
    if (wide > most) return `${[...label].slice(0, at).join("")}…`;
  }
  return label;
}

function spark(points: Point[]): object {
  return {
    grid: { left: 2, right: 2, top: 4, bottom: 4 },
    xAxis: { type: "category", show: false, boundaryGap: false, data: points.map((one) => one.label) },
    yAxis: { type: "value", show: false, scale: true },
    series: [
      {
        type: "line",
        data: points.map((one) => one.value),
        showSymbol: false,
        lineStyle: { color: colour("accent"), width: 1.5 },
        areaStyle: { color: colour("chosen"), opacity: 0.6 },
        itemStyle: { color: colour("accent") },
      },
    ],
  };
}

function bars(points: Point[], lying: boolean, room: number): object {
  const ink = { color: colour("ink-2"), fontSize: 12 };
  const names = {
    type: "category",
    data: points.map((one) => one.label),
    inverse: lying,
    axisLabel: { ...ink, formatter: (label: string) => cut(label, lying && room > 440 ? 28 : 16), hideOverlap: !lying },
    axisTick: { show: false },
    axisLine: { lineStyle: { color: colour("border") } },
  };
  const sizes = { type: "value", show: false };
  // Room beside the longest bar for the longest figure, at about seven pixels a letter.
  const beside = Math.max(40, ...points.map((one) => one.text.length * 7.2 + 14));
  return {
    grid: { left: 4, right: lying ? beside : 4, top: lying ? 4 : 22, bottom: 4, containLabel: false },
    xAxis: lying ? sizes : names,
    yAxis: lying ? names : sizes,
    series: [
      {
        type: "bar",
        data: points.map((one) => one.value),
        barMaxWidth: 22,
        cursor: "pointer",
        itemStyle: { color: colour("accent"), borderRadius: 3, opacity: 0.85 },
        label: {
          show: lying,
          position: "right",
          ...ink,
          formatter: (one: { dataIndex: number }) => points[one.dataIndex]?.text ?? "",
        },
      },
    ],
  };
}

function draw(box: HTMLElement): void {
  drawn.get(box)?.dispose();
  const kind = box.dataset["chart"];
  const points = pointsOf(box).filter((one) => kind === "spark" || one.value !== null);
  if (kind === "bars") box.style.height = `${Math.max(points.length, 2) * 30 + 12}px`;
  const chart = init(box, null, { renderer: "svg" });
  chart.setOption({
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      confine: true,
      axisPointer: { type: "none" },
      backgroundColor: colour("raised"),
      borderColor: colour("border-strong"),
      textStyle: { color: colour("ink"), fontSize: 12 },
      formatter: (found: { dataIndex: number }[]) => {
        const point = points[found[0]?.dataIndex ?? -1];
        return point ? `${point.label}  ${point.text}` : "";
      },
    },
    ...(kind === "spark" ? spark(points) : bars(points, kind === "bars", box.clientWidth)),
  });
  chart.on("click", (one) => {
    const href = points[one.dataIndex]?.href;
    if (href) location.assign(href);
  });
  drawn.set(box, chart);
  sizes.observe(box);
}

const sizes = new ResizeObserver((found) => {
  for (const one of found) drawn.get(one.target as HTMLElement)?.resize();
});

function drawAll(anew = false): void {
  for (const box of drawn.keys()) if (!box.isConnected) drawn.delete(box);
  for (const box of document.querySelectorAll<HTMLElement>("[data-chart]")) {
    if (anew || !drawn.has(box)) draw(box);
  }
}

document.addEventListener("change", (event) => {
  (event.target as HTMLElement).closest<HTMLFormElement>("form[data-at-once]")?.requestSubmit();
});
document.addEventListener("htmx:after:swap", () => drawAll());
for (const button of document.querySelectorAll<HTMLElement>("form[data-at-once] button")) button.hidden = true;
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawAll(true));
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => drawAll());
else drawAll();
