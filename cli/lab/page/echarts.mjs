// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
//
// Of Apache ECharts no more than the charts need.
import { BarChart, CustomChart, LineChart, ScatterChart } from "echarts/charts";
import { GridComponent, LegendPlainComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, CustomChart, LineChart, ScatterChart, GridComponent, LegendPlainComponent,
  TooltipComponent, SVGRenderer]);

export { init };
