// SPDX-FileCopyrightText: The forklift authors
// SPDX-License-Identifier: MIT
//
// Every chart, in the order of the page. A chart has
//   name      by which it is found
//   title     for people
//   feed      what it draws of a document; null if that has nothing for it
//   sentence  what the feed shows, and what to read from it
//   option    what ECharts draws of the feed on a stage
import { gap } from "./gap.mjs";
import {
  finish_by_descriptors, first_by_memory, launch_by_descriptors, launch_by_memory,
} from "./growth.mjs";
import { throughput } from "./throughput.mjs";
import { waits } from "./waits.mjs";
import { worker_waits } from "./worker_waits.mjs";

export const charts = [
  waits, worker_waits, launch_by_memory, first_by_memory, launch_by_descriptors,
  finish_by_descriptors, gap,
  throughput,
];
