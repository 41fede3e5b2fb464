// Draws the charts of a page with Apache ECharts, in the colours of the page.
//
//   <figure class="chart" data-chart='{"xAxis":{"type":"category","data":[…]},"yAxis":{"type":"value"},"series":[{"type":"bar","name":"…","data":[…]}]}'>
//     <figcaption>…</figcaption>
//     <div class="scroll" tabindex="0" role="region" aria-label="…"><table>…</table></div>
//   </figure>
//
// data-chart is an ECharts option without colours, fonts and grid, which come
// from here. A category yAxis makes lying bars; so do more than eight names, and
// numbers, that would not fit side by side. null in data is a figure that is withheld:
// nothing is drawn. The table is moved behind a fold beneath the chart; without
// this script it simply stands there.
(() => {
  const script = document.currentScript;
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const number = new Intl.NumberFormat(document.documentElement.lang);
  const drawn = [];
  const mostNumbered = 14; // so many upright bars bear their numbers

  function axis(own, size, lying) {
    return {
      axisLine: { lineStyle: { color: token("--edge") } },
      axisTick: { show: false },
      splitLine: { show: own.type === "value", lineStyle: { color: token("--chart-line") } },
      ...own,
      axisLabel: {
        color: token("--text"), fontSize: size, hideOverlap: true,
        formatter: own.type === "value" ? (v) => number.format(v) : undefined,
        interval: lying && own.type === "category" ? 0 : "auto",
        ...own.axisLabel,
      },
    };
  }

  function option(chart, size) {
    const own = chart.option;
    const lying = own.yAxis && own.yAxis.type === "category";
    const few = lying || own.series.every((s) => (s.data || []).length * own.series.length <= mostNumbered);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    return {
      ...own,
      animation: !still,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      color: [1, 2, 3, 4, 5].map((n) => token("--chart-" + n)),
      grid: { left: 4, right: lying ? 48 : 8, top: 20, bottom: 4, containLabel: true },
      xAxis: own.xAxis && axis(own.xAxis, size, lying),
      yAxis: own.yAxis && axis({ ...own.yAxis, inverse: lying }, size, lying),
      series: own.series.map((s) => ({
        barMaxWidth: 36, symbolSize: 7, lineStyle: { width: 3 },
        ...s,
        itemStyle: { borderRadius: s.type === "bar" ? (lying ? [0, 4, 4, 0] : [4, 4, 0, 0]) : 0, ...s.itemStyle },
        label: { show: few, position: lying ? "right" : "top", color: token("--text"), fontSize: size, formatter: (p) => number.format(p.value), ...s.label },
      })),
    };
  }

  function legend(chart) {
    const names = chart.option.series.map((s) => s.name).filter(Boolean);
    if (names.length < 2) return;
    const list = document.createElement("ul");
    list.className = "legend";
    names.forEach((name, i) => {
      const item = document.createElement("li");
      const ns = "http://www.w3.org/2000/svg";
      const svg = document.createElementNS(ns, "svg");
      const rect = document.createElementNS(ns, "rect");
      svg.setAttribute("viewBox", "0 0 14 14");
      svg.setAttribute("aria-hidden", "true");
      rect.setAttribute("width", "14");
      rect.setAttribute("height", "14");
      rect.setAttribute("rx", "3");
      rect.setAttribute("fill", token("--chart-" + ((i % 5) + 1)));
      svg.append(rect);
      item.append(svg, name);
      list.append(item);
    });
    chart.canvas.before(list);
    chart.legend = list;
  }

  function draw(chart) {
    const size = Math.round(parseFloat(getComputedStyle(document.documentElement).fontSize) * 0.875);
    if (chart.engine) chart.engine.dispose();
    if (chart.legend) chart.legend.remove();
    chart.engine = window.echarts.init(chart.canvas, null, { renderer: "canvas" });
    chart.engine.setOption(option(chart, size));
    legend(chart);
  }

  // settle turns a chart on its side that has many names, or numbers wider than its bars
  // would be; months stay in a row.
  function settle(option, width) {
    const x = option.xAxis;
    if (!x || x.type !== "category") return option;
    const names = x.data.length, bars = names * option.series.length;
    const many = names > 8 && !x.data.every((name) => /^\d/.test(name));
    const tight = bars <= mostNumbered && width / bars < 3 * parseFloat(getComputedStyle(document.documentElement).fontSize);
    return many || tight ? { ...option, xAxis: option.yAxis, yAxis: x } : option;
  }

  function prepare(figure) {
    const canvas = document.createElement("div");
    const caption = figure.querySelector("figcaption");
    const table = figure.querySelector(".scroll") || figure.querySelector("table");
    canvas.className = "canvas";
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", caption ? caption.textContent.trim() : "");
    if (table) {
      const fold = document.createElement("details");
      const summary = document.createElement("summary");
      summary.textContent = script.dataset.table;
      table.before(canvas, fold);
      fold.append(summary, table);
    } else {
      figure.append(canvas);
    }
    const option = settle(JSON.parse(figure.dataset.chart), figure.clientWidth);
    if (option.yAxis && option.yAxis.type === "category") {
      canvas.style.height = 4 + 1.9 * option.yAxis.data.length * Math.max(1, 0.65 * option.series.length) + "rem";
    }
    return { canvas, option };
  }

  let engine;
  function load() {
    engine ||= new Promise((done, failed) => {
      const tag = document.createElement("script");
      tag.src = script.dataset.engine;
      tag.onload = done;
      tag.onerror = failed;
      document.head.append(tag);
    });
    return engine;
  }

  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      seen.unobserve(entry.target);
      load().then(() => {
        const chart = prepare(entry.target);
        drawn.push(chart);
        draw(chart);
      });
    }
  }, { rootMargin: "400px" });
  for (const figure of document.querySelectorAll("figure[data-chart]")) {
    const { series } = JSON.parse(figure.dataset.chart);
    if ((series || []).some((s) => (s.data || []).some((value) => value !== null))) {
      seen.observe(figure);
    } else {
      figure.removeAttribute("data-chart"); // nothing to draw: the table says why
    }
  }
  addEventListener("resize", () => drawn.forEach((chart) => chart.engine.resize()));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawn.forEach(draw));
})();
