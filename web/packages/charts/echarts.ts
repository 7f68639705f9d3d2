import { CustomChart, BarChart, HeatmapChart, LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, VisualMapComponent } from 'echarts/components';
import * as core from 'echarts/core';
import { LegacyGridContainLabel } from 'echarts/features';
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers';

// Only the parts that the charts here draw with. This file is the one that is loaded late: import it with import().
core.use([
    BarChart, CustomChart, HeatmapChart, LineChart, ScatterChart,
    GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, VisualMapComponent,
    LegacyGridContainLabel, CanvasRenderer, SVGRenderer,
]);

export const init = core.init;
export type { ECharts, EChartsCoreOption } from 'echarts/core';
